# providers.sh: two providers over the test's database, for replicas that may turn to either.
. "$TESTS/lib/replicas.sh"

# The provider NUMBER listens at ${AT[NUMBER]} and is the process ${PROCESS[NUMBER]}. Their serverIDs are $NUMBERS.
declare -A AT PROCESS
start_providers() { # [LINE…]: PostgreSQL, and both providers with more directives
    local number port
    local -a ids
    read -ra ids <<<"${NUMBERS:-1 2}"
    start_postgres
    notified_changes
    for number in 1 2; do
        free_port port
        AT[$number]=ldap://127.0.0.1:$port
        SERVER_ID=${ids[number - 1]} feed_conf "$@" | sed "s|$T/slapd\.|$T/slapd$number.|; s|$T/feed[0-9]*|$T/feed$number|" >"$T/provider$number.conf"
        start_one "$number"
    done
    [ "${ids[0]}" = "${ids[1]}" ] || for number in 1 2; do eventually 20 grep -qF '[feed-started]' "$T/log$number"; done
    URI=${AT[1]}
}
start_one() { # NUMBER
    setpriv --pdeathsig TERM -- "${PRELOAD[@]}" slapd -h "${AT[$1]}" -f "$T/provider$1.conf" -d stats >>"$T/log$1" 2>&1 &
    PROCESS[$1]=$!
    eventually 20 listens "${AT[$1]}"
}
end_one() { # NUMBER SIGNAL
    kill -s "$2" "${PROCESS[$1]}"
    wait "${PROCESS[$1]}" 2>/dev/null || [ "$2" = KILL ] || fail "provider $1 ended with status $?"
}
