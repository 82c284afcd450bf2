# advice.sh: turns a start of slapd into what its log says of indexes (PostgreSQL runs with log_statement=all).

advice() { # what is said of indexes, once nothing more is asked
    local asked=0 before=-1
    until [ "$asked" != 0 ] && [ "$asked" = "$before" ]; do
        sleep $((PATIENCE - 1)).5
        before=$asked
        asked=$(grep -cE 'reltuples|EXPLAIN' "$T/pg/postgres.log" || true)
    done
    sed -n 's/.*pgsql(dc=example,dc=com): //p' "$T/slapd.log" | grep -E 'reads all of|lacks an index|indexes are missing' || true
}
restart() { # CONF…
    [ -z "$SLAPD" ] || stop_slapd
    unset URI
    : >"$T/pg/postgres.log"
    : >"$T/slapd.log"
    start_slapd "$@"
}
