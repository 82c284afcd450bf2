# replica-pair.sh: two providers with TLS, and two replicas that slapd-pgsql-replica has configured.
. "$TESTS/lib/replicas.sh"
. "$TESTS/lib/certificates.sh"

# Each listens at ldap://127.0.0.1:${PORT[NAME]}, at ldaps://${ADDRESS[NAME]}:${LDAPS_AT[NAME]} and at $(socket NAME), and is ${PROCESS[NAME]}.
declare -A PORT LDAPS_AT PROCESS ADDRESS=([provider1]=127.0.0.1 [provider2]=127.0.0.1 [replica1]=${LDAP1:-127.0.0.1} [replica2]=${LDAP2:-127.0.0.1})
socket() { echo "ldapi://${T//\//%2F}%2F$1"; } # NAME
run() { # NAME
    local preload=()
    [[ $1 != provider* ]] || preload=("${PRELOAD[@]}")
    setpriv --pdeathsig TERM -- "${preload[@]}" slapd -h "ldap://127.0.0.1:${PORT[$1]} ldaps://${ADDRESS[$1]}:${LDAPS_AT[$1]} $(socket "$1")" -f "$T/$1.conf" -d stats,sync >>"$T/$1.log" 2>&1 &
    PROCESS[$1]=$!
    eventually 30 listens "ldap://127.0.0.1:${PORT[$1]}"
}
end_server() { # NAME SIGNAL
    local guard=
    kill -s "$2" "${PROCESS[$1]}"
    # Stock slapd does not end while it waits for a provider that hangs.
    [[ $1 != replica* ]] || { { pause 30; kill -KILL "${PROCESS[$1]}"; } 2>/dev/null & guard=$!; }
    wait "${PROCESS[$1]}" 2>/dev/null || [ "$2" = KILL ] || [[ $1 == replica* ]] || fail "$1 ended with status $?" # stock slapd may end with 1
    [ -z "$guard" ] || { kill "$guard" && wait "$guard"; } 2>/dev/null || true
}
start_pair() { # PORTS-OF-POSTGRESQL [LINE…]: all four, the providers with more directives
    local name n
    authority ca
    certificate provider ca "IP:127.0.0.1,IP:${ADDRESS[replica1]},IP:${ADDRESS[replica2]}"
    chmod 644 "$T/provider.key" # check wants openldap to read it
    echo secret >"$T/password"
    for name in provider1 provider2 replica1 replica2; do
        free_port "PORT[$name]"
        free_port "LDAPS_AT[$name]"
    done
    for n in 1 2; do
        SERVER_ID=$n secure_conf "${@:2}" | sed "s|^pgsql-uri .*|pgsql-uri postgres://ldap:ldap@127.0.0.1:${1// /,127.0.0.1:}/manager|; s|$T/slapd\.|$T/provider$n.|" >"$T/provider$n.conf"
        run provider$n
    done
    for n in 1 2; do eventually 30 grep -qF '[feed-started]' "$T/provider$n.log"; done
    for name in replica1 replica2; do
        expect 0 perl "$PROJECT/packaging/slapd-pgsql-replica" write --provider "ldaps://127.0.0.1:${LDAPS_AT[provider1]}" --provider "ldaps://127.0.0.1:${LDAPS_AT[provider2]}" \
            --bind-dn "$replicator" --password-file "$T/password" --ca-file "$T/ca.pem" --certificate "$T/provider.pem" --key "$T/provider.key" \
            --directory "$T/$name.data" --output "$T/$name.conf"
        sed -i "s|^pidfile .*|pidfile $T/$name.data/slapd.pid|; s|retry=5 +|retry=1 +|" "$T/$name.conf"
        expect 0 perl "$PROJECT/packaging/slapd-pgsql-replica" check --config "$T/$name.conf"
        run $name
    done
    for name in replica1 replica2; do lag $name; done
}
lag() { # NAME [URI]
    expect 0 perl "$PROJECT/packaging/slapd-pgsql-replica" lag --config "$T/$1.conf" --uri "${2:-$(socket "$1")}" --ca-file "$T/ca.pem" --wait 30 --count
}
