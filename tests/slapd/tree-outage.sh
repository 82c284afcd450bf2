# What SQL does to units is seen while nobody listens; during an outage nothing is said of what is not known.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/tree.sh"
. "$TESTS/lib/tree-changes.sh"
. "$TESTS/lib/cache.sh"
start_postgres
tree_tables
tell_of_changes units people teams members
conf "pgsql-cache 16" >"$T/slapd.conf"
start_slapd "$T/slapd.conf"
eventually 20 cache_used 1

# The session that listens is lost, and no other can be opened: what is in memory is not used.
listener="SELECT pid FROM pg_stat_activity WHERE usename = 'ldap' AND query IN ('SELECT 1', 'LISTEN \"back_pgsql\"')"
end_listener() { [ "$(q "SELECT count(pg_terminate_backend(pid)) FROM ($listener) l")" = 1 ]; }
q 'ALTER ROLE ldap NOLOGIN'
eventually 5 end_listener
eventually 20 grep -qE '\[cache-disabled\] .*(terminat|lost|connect)' "$T/slapd.log"
q 'ALTER TABLE units DISABLE TRIGGER back_pgsql_changed; ALTER TABLE people DISABLE TRIGGER back_pgsql_changed'
changes
q 'ALTER TABLE units ENABLE TRIGGER back_pgsql_changed; ALTER TABLE people ENABLE TRIGGER back_pgsql_changed; ALTER ROLE ldap LOGIN'
eventually 20 cache_used 2
changes

# A server that crashed tells of nothing that changes before it is listened to again.
stop_postgres immediate
same 52 "$(status_of -b "$bremen")" "the result during an outage"
same 52 "$(status_of -b "uid=sven,ou=Steintor,$bremen" -s base)" "the result of a user during an outage"
same 52 "$(status_of -b $base "(entryDN=uid=nobody,ou=none,$base)")" "the result of what does not exist"
start_postgres
q "UPDATE units SET name = 'Kiel' WHERE id = 1"
eventually 10 exists ou=Kiel
holds 'is_at sven uid=sven,ou=Steintor,ou=Kiel && is_absent ou=Bremen'
q "UPDATE units SET name = 'Bremen' WHERE id = 1"
eventually 20 cache_used 3
changes
stop_slapd

# During an outage known entries are served at their places, and nothing is said of others.
conf "pgsql-serve-stale 3600" >"$T/slapd.conf"
start_slapd "$T/slapd.conf"
expect 0 search -b "$bremen"
known=$OUT
expect 0 search -b "uid=bea,$berlin" -s base
q "INSERT INTO units VALUES (30, NULL, 'Neu'), (31, 1, 'Neu'); INSERT INTO people VALUES (30, 30, 'nele', 1030)"
stop_postgres
expect 0 search -b "$bremen"
same "$known" "$OUT" "what is known below a unit"
expect 0 search -b "uid=bea,$berlin" -s base
contains "$OUT" "dn: uid=bea,$berlin"
for unknown in "$nord" ou=Neu,$base "ou=Neu,$bremen" "uid=nele,ou=Neu,$base" "uid=nils,$nord" "uid=bea,$bremen"; do
    same 52 "$(status_of -b "$unknown")" "the result of $unknown, which is not known"
done
for filter in '(uid=nobody)' '(ou=none)' "(entryDN=uid=nils,$nord)" "(memberOf=cn=gbe,$berlin)"; do same 52 "$(status_of -b $base "$filter")" "the result of $filter"; done
expect 52 ldapcompare -x -H "$URI" "uid=nele,ou=Neu,$base" uid:nele
expect 52 ldapwhoami -x -H "$URI" -D "uid=sven,ou=Steintor,$bremen" -w x
start_postgres
eventually 20 exists uid=nele,ou=Neu
stop_slapd
