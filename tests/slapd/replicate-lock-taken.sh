# A role that takes the lock of a serverID stops copies, which is logged, and nothing else.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/replicas.sh"
start_provider
start_replica push refreshAndPersist
copied "the first copy" 20
q "CREATE ROLE hostile LOGIN"
lock=$(q "SELECT format('%s, %s', classid::bigint::bit(32)::int, objid) FROM pg_locks WHERE locktype = 'advisory'")
contains "$lock" ', 1'
# It waits until this server's session ends.
"$POSTGRES_BIN/psql" -h "$T/pg" -p "$PGPORT" -U hostile -X -q manager -c "SELECT pg_advisory_lock($lock), pg_sleep(60)" >/dev/null 2>&1 &
hostile=$!
waits() { [ "$(q "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'")" = 2 ]; }
eventually 10 waits
before=$(at_replica push 1.1 | sort)
kill_backends >/dev/null
logged feed-number-taken 'has the same serverID'
expect 52 search -D "cn=admin,$base" -w admin -b "$base" -E '!sync=ro'
expect 0 search -b "$base" '(uid=bob)'
contains "$OUT" 'uid: bob'
same "$before" "$(at_replica push 1.1 | sort)" "what the replica has meanwhile"
q "UPDATE \"Users\" SET \"cn\" = 'Meanwhile' WHERE \"uid\" = 'bob'"
kill $hostile
wait $hostile || true
q "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename = 'hostile'" >/dev/null
replicated push '(uid=bob)' 'cn: Meanwhile'
copied "the end"
