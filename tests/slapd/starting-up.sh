# slapd waits for a server that is starting up.
. "$(dirname "$0")/../lib.sh"
start_postgres
base=dc=example,dc=com
stop_postgres
{ manager_conf; echo 'pgsql-timeout 30'; } >"$T/slapd.conf"
manager_conf | sed '$a pgsql-timeout 1' >"$T/test.conf"

# Recovery that does not end, without hot standby.
as_postgres touch "$T/pg/data/standby.signal"
postmaster "$T/pg" -c listen_addresses=127.0.0.1 -p "$PGPORT" -c hot_standby=off
POSTGRES=$!
rejects() { [[ $("$POSTGRES_BIN/pg_isready" -h "$T/pg" -p "$PGPORT" -U postgres) == *"rejecting connections" ]]; }
eventually 30 rejects

status=0
OUT=$(timeout 60 "${PRELOAD[@]}" slaptest -f "$T/test.conf" 2>&1) || status=$?
same 0 "$status" "the status of slaptest ($OUT)"
contains "$OUT" 'FATAL:  the database system is not accepting connections'
contains "$OUT" '[queries-untested]'
lacks "$OUT" HINT

start_slapd "$T/slapd.conf"
search -b $base '(uid=ann)' >"$T/found" &
waiting=$!
refusals() { [ "$(grep -c 'not accepting connections' "$T/pg/postgres.log")" -gt "$1" ]; }
eventually 20 refusals "$(($(grep -c 'not accepting connections' "$T/pg/postgres.log") + 2))"
stop_postgres
rm "$T/pg/data/standby.signal"
start_postgres
expect 0 wait $waiting
contains "$(<"$T/found")" "dn: uid=ann,$base"
not_logged sessions-refused
