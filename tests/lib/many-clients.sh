# many-clients.sh: gives a test hundreds of TLS clients, which it tells what to do.
need python3 openssl

# Makes a certificate for the server, and says where slapd listens: $URI, and for TLS $TLS_URI.
prepare_tls() {
    local plain tls
    free_port plain
    free_port tls
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost,IP:127.0.0.1 -keyout "$T/server.key" -out "$T/server.pem" 2>/dev/null
    TLS_URI=ldaps://127.0.0.1:$tls
    URI="ldap://127.0.0.1:$plain $TLS_URI"
}
tls_conf() { printf '%s\n' "TLSCertificateFile $T/server.pem" "TLSCertificateKeyFile $T/server.key"; } # comes first in a slapd.conf

# Starts clients that look up the users of FORMAT, such as u%d, from 1 to COUNT.
start_clients() { # FORMAT COUNT OPTION…
    coproc LOADER { exec "$TESTS/lib/many-clients" --ca "$T/server.pem" "${@:3}" "$TLS_URI" dc=example,dc=com "$1" "$2"; }
}
# tell COMMAND…: the words of the answer become variables: ready, closed, late, busy, wrong, answers, seconds, median, p99, most, cpu.
tell() {
    local word line
    echo "$*" >&"${LOADER[1]}"
    read -r line <&"${LOADER[0]}" || fail "many-clients ended"
    say "$*: $line"
    for word in $line; do printf -v "${word%%=*}" %s "${word#*=}"; done
    # shellcheck disable=SC2154  # set by printf
    [ "$wrong" = 0 ] || fail "wrong answers"
}
stop_clients() {
    exec {LOADER[1]}>&-
    wait "$LOADER_PID" || true
}
