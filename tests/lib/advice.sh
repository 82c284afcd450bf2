# advice.sh: turns a start of slapd into what its log says of indexes (PostgreSQL runs with log_statement=all).

advice() { # what is said of indexes, once nothing more is asked
    settled
    sed -n 's/.*pgsql(dc=example,dc=com): \[index-[a-z]*\] //p' "$T/slapd.log"
}
restart() { # CONF…
    [ -z "$SLAPD" ] || stop_slapd
    unset URI
    : >"$T/pg/postgres.log"
    : >"$T/slapd.log"
    start_slapd "$@"
}
