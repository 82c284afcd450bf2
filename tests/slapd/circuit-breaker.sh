# Once the database is known to be down, operations return 52 immediately until it recovers.
. "$(dirname "$0")/../lib.sh"
start_postgres
base=dc=example,dc=com
{ manager_conf; echo "pgsql-timeout 2.5"; echo 'database monitor'; } >"$T/slapd.conf"
start_slapd "$T/slapd.conf"
right() { same "uid=ann,$base" "$(dns -b $base '(uid=ann)')" "ann${1:+ $1}"; }
right
times_said() { [ "$(times_logged "$2")" = "$1" ]; } # TIMES KEY

figure() { search -b cn=Databases,cn=Monitor "(olmPgSuffix=$base)" "$1" | sed -n "s/^$1: //p"; }

at_once() { # slapd's own measure of the operations that follow
    local from slowest
    from=$(wc -l <"$T/slapd.log")
    for _ in 1 2 3 4 5; do
        expect 52 search -b $base '(uid=ann)'
        same "" "$OUT" "entries without a database"
        expect 52 search -b $base '(objectClass=posixGroup)'
        expect 52 ldapwhoami -x -H "$URI" -D "uid=bob,$base" -w bob-secret
        expect 52 ldapcompare -x -H "$URI" "uid=ann,$base" uid:ann
    done
    slowest=$(tail -n +$((from + 1)) "$T/slapd.log" | sed -n 's/.* err=52 .*etime=\([0-9.]*\).*/\1/p; s/.* etime=\([0-9.]*\) .*err=52.*/\1/p' | sort -n | tail -n 1)
    [ -n "$slowest" ] || fail "the log does not show how long the operations took"
    awk "BEGIN { exit $slowest > 0.5 * $TIMEOUT_FACTOR }" || fail "an operation took $slowest s although the database was known to be away"
    # What needs no database is there.
    same "$base" "$(dns -b $base -s base)" "the base entry"
    contains "$(search -b '' -s base namingContexts)" "namingContexts: $base"
}

stop_postgres
expect 52 search -b $base '(uid=ann)'
logged database-down 'cannot connect'
at_once
same 2 "$(figure olmPgDatabaseState)" "cn=Monitor's word for it"
[ "$(figure olmPgFailedFast)" -ge 20 ] || fail "cn=Monitor does not count who was sent away"
start_postgres
logged database-up # nobody has asked for anything
right "when it is back"
same "0 0" "$(figure olmPgDatabaseState) $(figure olmPgDatabaseDowntime)" "what cn=Monitor says when it is back"

# A frozen server accepts connections and stays silent.
freeze_postgres
expect 52 search -b $base '(uid=ann)'
eventually 10 times_said 2 database-down
at_once
thaw_postgres
eventually 20 times_said 2 database-up
right "after the thaw"

# One slow statement does not make the database count as down for all operations.
q 'ALTER TABLE "Groups" RENAME TO g; CREATE VIEW "Groups" AS SELECT g.* FROM g, pg_sleep(10); GRANT SELECT ON "Groups", g TO ldap' >/dev/null
expect 52 search -b $base '(objectClass=posixGroup)'
right "beside a slow statement"
times_said 2 database-down || fail "a slow statement was taken for a database that is down"

# Nor does a full connection limit, while existing sessions are served.
q 'DROP VIEW "Groups"; ALTER TABLE g RENAME TO "Groups"; ALTER TABLE "Users" RENAME TO u;
   CREATE VIEW "Users" AS SELECT u.* FROM u, pg_sleep(1); GRANT SELECT ON "Users", u TO ldap'
sessions() { q "SELECT count(*) FROM pg_stat_activity WHERE usename = 'ldap' AND state = '$1'"; }
searches=()
for uid in ann bob carl; do search -b $base "(uid=$uid)" >/dev/null & searches+=($!); done
wait "${searches[@]}"
[ "$(sessions idle)" -ge 2 ] || fail "the pool has $(sessions idle) sessions"
q "CREATE OR REPLACE VIEW \"Users\" AS TABLE u; ALTER ROLE ldap CONNECTION LIMIT $(sessions idle);
   ALTER TABLE \"Groups\" RENAME TO g; CREATE VIEW \"Groups\" AS SELECT g.* FROM g, pg_sleep(60); GRANT SELECT ON \"Groups\", g TO ldap"
search -b $base '(objectClass=posixGroup)' >/dev/null 2>&1 &
slow=$!
eventually 5 eval '[ "$(sessions active)" = 1 ]'
hung=$(q "SELECT pid FROM pg_stat_activity WHERE usename = 'ldap' AND state = 'active'")
kill -STOP "$hung" # nor does it notice that its client is gone
expect 52 wait "$slow"
for _ in 1 2 3 4 5; do right "while there is no room for one more session"; done
times_said 2 database-down || fail "a full server was taken for one that is down"
kill -CONT "$hung"
q 'ALTER ROLE ldap CONNECTION LIMIT -1'

# Nor are changes of the configuration held up.
stop_postgres
expect 52 search -b $base '(uid=ann)'
eventually 10 times_said 3 database-down
expect 0 as_config ldapmodify < <(printf '%s\n' "dn: olcDatabase={1}pgsql,cn=config" "changetype: modify" "replace: olcPgPoolSize" "olcPgPoolSize: 3")
expect 52 search -b $base '(uid=ann)'
eventually 10 times_said 4 database-down
