# With several hosts, only results from the primary are cached, also after a failover.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/cache.sh"
. "$TESTS/lib/replication.sh"
start_postgres -c log_statement=all
base=dc=example,dc=com
tell_of_changes '"Users"' '"Groups"' '"UserGroups"'
start_standby
{
    manager_conf | sed "s|^pgsql-uri .*|pgsql-uri postgres://ldap:ldap@127.0.0.1:$PGPORT,127.0.0.1:$STANDBY_PORT/manager|"
    printf '%s\n' "pgsql-timeout 5" "pgsql-cache 16"
} >"$T/slapd.conf"
name() { search -b $base '(uid=ann)' cn | sed -n 's/^cn: //p'; }

# Reads that go to the standby may be behind what the primary has told of.
{ cat "$T/slapd.conf"; echo "pgsql-target-session-attrs prefer-standby"; } >"$T/standby.conf"
start_slapd "$T/standby.conf"
eventually 20 cache_used 1
for i in 1 2; do
    q "UPDATE \"Users\" SET cn = 'Ann $i' WHERE uid = 'ann'"
    eventually 20 caught_up
    same "Ann $i" "$(name)" "ann at the standby"
done
logged cache-bypassed
stop_slapd

start_slapd "$T/slapd.conf"
eventually 20 cache_used 2
costs_nothing -b $base '(uid=ann)' cn
eventually 20 caught_up
stop_postgres immediate
promote_standby
eventually 30 cache_used 3
at_standby "UPDATE \"Users\" SET cn = 'Ann Again' WHERE uid = 'ann'"
eventually 20 eval '[ "$(name)" = "Ann Again" ]'
at_standby "UPDATE \"Users\" SET cn = 'Ann Once More' WHERE uid = 'ann'"
eventually 5 eval '[ "$(name)" = "Ann Once More" ]'
stop_slapd
stop_standby
