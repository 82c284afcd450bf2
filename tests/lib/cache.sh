# cache.sh: turns the test's database into one that tells of changes, and a slapd into one that listens.

# Makes the triggers on these tables.
tell_of_changes() { # TABLE…
    local list
    list=$(printf ", '%s'" "$@")
    "$POSTGRES_BIN/psql" -h "$T/pg" -p "$PGPORT" -U postgres -X -q -v ON_ERROR_STOP=1 -f "$PROJECT/schema/notify.sql" manager
    q "SELECT back_pgsql_watch(${list#, })" >/dev/null
}

# The log says so each time.
cache_used() { [ "$(times_logged cache-enabled)" -ge "$1" ]; } # TIMES

# Those that searches make: the directory's own session asks for none of the tables. Needs log_statement=all.
statements() { grep -cE 'LOG:  (execute|statement).*FROM \(' "$T/pg/postgres.log" || true; }

# What is kept costs nothing; but on a machine that has no time for us what is kept may have become doubtful.
costs_nothing() { # SEARCH ARGUMENTS…
    local before
    for _ in 1 2 3 4; do
        expect 0 search "$@"
        before=$(statements)
        expect 0 search "$@"
        [ "$(statements)" != "$before" ] || return 0
    done
    fail "costs a statement each time: $*"
}
costs_statements() { # SEARCH ARGUMENTS…
    local before
    before=$(statements)
    expect 0 search "$@"
    [ "$(statements)" -gt "$before" ] || fail "costs no statement: $*"
}
