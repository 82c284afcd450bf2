# Without changes nothing is asked of PostgreSQL; without triggers changes are found after a time.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/replicas.sh"
start_postgres -c log_statement=all
notified_changes
start_slapd - < <(feed_conf)
logged feed-started
start_replica push refreshAndPersist
copied "the first copy" 20
logged cache-enabled
asked() { grep -E 'LOG:  (execute|statement)' "$T/pg/postgres.log" | grep -cv 'execute <unnamed>: SELECT 1$' || true; } # which the listener does
calm() { # for a second
    local before
    before=$(asked)
    pause 1
    [ "$(asked)" = "$before" ]
}
eventually 20 calm
before=$(asked)
pause 3
same "$before" "$(asked)" "statements after three seconds without changes"

# Overlay syncprov reads no attributes of the entries that others get: no statement for memberOf.
for expected in 1 1; do
    before=$(asked)
    expect 0 search -b "$base" '(uid=ann)' uid
    same "$expected" "$(($(asked) - before))" "statements of a search"
done

# One change costs one comparison: as many statements as another one, and few.
cost() { # NAME
    local before
    before=$(asked)
    q "UPDATE \"Users\" SET \"cn\" = '$1' WHERE \"uid\" = 'ann'"
    replicated push '(uid=ann)' "cn: $1"
    eventually 20 calm
    COST=$(($(asked) - before))
}
cost One
first=$COST
cost Two
same "$first" "$COST" "statements for a change"
[ "$COST" -le 20 ] || fail "$COST statements for a change"
stop_slapd

# Changes that no trigger reports.
q 'DROP FUNCTION back_pgsql_watch CASCADE; DROP TRIGGER IF EXISTS back_pgsql_notify ON "Users"'
q 'ALTER TABLE "Users" DISABLE TRIGGER USER'
feed_conf 'pgsql-feed-recheck 1' >"$T/slapd.conf"
start_slapd "$T/slapd.conf"
logged feed-started
q "UPDATE \"Users\" SET \"cn\" = 'Untold' WHERE \"uid\" = 'ann'"
replicated push '(uid=ann)' 'cn: Untold'
