# Approvals count only from an endpoint with a trusted, matching certificate.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/push.sh"
need openssl
start_postgres
quick_hashes
base=dc=example,dc=com

authority() { openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj "/CN=$1" -keyout "$T/$1.key" -out "$T/$1.pem" 2>/dev/null; }
certificate() { # NAME AUTHORITY ALTERNATIVE-NAME [OPTIONS…]
    openssl req -newkey rsa:2048 -nodes -subj "/CN=localhost" -keyout "$T/$1.key" -out "$T/$1.csr" 2>/dev/null
    openssl x509 -req -in "$T/$1.csr" -CA "$T/$2.pem" -CAkey "$T/$2.key" -CAcreateserial -out "$T/$1.pem" \
        -extfile <(echo "subjectAltName=$3") -days "${4:-2}" 2>/dev/null
}
authority ours
authority others
certificate right ours IP:127.0.0.1
certificate misnamed ours DNS:push.example.com
certificate stranger others IP:127.0.0.1

serve() { # CERTIFICATE: an endpoint with it, which approves
    [ -z "$PUSH" ] || stop_push
    start_push "$T/$1.pem" "$T/$1.key"
    users_say approve
}
directory() { # LINE…
    [ -z "$SLAPD" ] || stop_slapd
    start_slapd - < <(manager_conf; push_conf | sed 's/http:/https:/'; printf '%s\n' 'pgsql-push-timeout 300' "$@")
}
refused_by_tls() { # WHAT [SECONDS]: and asked once only, since it will not be better a second later
    within "${2:-3}" expect 52 bind ann
    contains "$(tail -n 9 "$T/slapd.log")" 'the push endpoint failed: SSL'
    same 0 "$(prompts)" "requests that reached the endpoint with $1"
}

serve misnamed && directory "pgsql-push-ca $T/ours.pem" && refused_by_tls "another name"
serve stranger && directory "pgsql-push-ca $T/ours.pem" && refused_by_tls "another authority"
serve right && directory && refused_by_tls "an authority that the system does not trust" 60 # a sanitizer is slow to read all those
directory "pgsql-push-ca $T/ours.pem"
expect 0 bind ann
same 1 "$(prompts)" "requests"

# The system's authorities, with ours among them for this slapd alone.
if [ "$(id -u)" = 0 ] && unshare --mount true 2>/dev/null; then
    cat /etc/ssl/certs/ca-certificates.crt "$T/ours.pem" >"$T/system.crt"
    PRELOAD=(unshare --mount bash -c 'mount --bind "$0" /etc/ssl/certs/ca-certificates.crt && exec "$@"' "$T/system.crt" "${PRELOAD[@]}")
    directory
    expect 0 bind ann
fi
stop_slapd

# A file of authorities that is not there is said at the start.
{ manager_conf; push_conf; echo "pgsql-push-ca $T/nowhere.pem"; } >"$T/slapd.conf"
refused "$T/slapd.conf" pgsql-push-ca "$T/nowhere.pem" "cannot be read"
