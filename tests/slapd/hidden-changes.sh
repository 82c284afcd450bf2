# A row that becomes hidden disappears from cached groups as well.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/cache.sh"
start_postgres -c log_statement=all
base=dc=example,dc=com
q "CREATE TABLE crew (team text, who text); CREATE TABLE locks (uid text); GRANT SELECT ON crew, locks TO ldap
   ; INSERT INTO crew SELECT g.\"cn\", \"uid\" FROM \"Users\", \"Groups\" g WHERE g.\"cn\" <> 'empty'"
tell_of_changes '"Users"' '"Groups"' '"UserGroups"' crew
{
    manager_conf | sed "s|/etc/ldap/schema/nis.schema|$PROJECT/schema/rfc2307bis.schema|; /^pgsql-lookup groups/,/WHERE u/d"
    printf '%s\n' 'pgsql-values groups memberUid SELECT team AS name, who FROM crew' 'pgsql-login-filter users username NOT IN (SELECT uid FROM locks)' \
        'pgsql-hide-denied on' 'pgsql-cache 16' 'pgsql-serve-stale 600'
} >"$T/slapd.conf"
start_slapd "$T/slapd.conf"
members() { search -b "cn=devs,$base" -s base memberUid | sed -n 's/^memberUid: //p' | sort | xargs; }
compares() { ldapcompare -x -H "$URI" "cn=devs,$base" "$1"; }

# The table that decides who is hidden has to tell of its changes, too.
logged cache-disabled 'triggers are missing on locks'
tell_of_changes locks
eventually 90 cache_used 1
everybody="ann bob carl dora eve fay gus hal ivy jan" others="ann bob carl eve fay gus hal ivy jan"
same "$everybody" "$(members)" "members"
expect 6 compares memberUid:dora
expect 6 compares "member:uid=dora,$base"
same 3 "$(dns -b $base '(&(objectClass=posixGroup)(memberUid=dora))' | wc -l)" "her groups"
q "INSERT INTO locks VALUES ('dora')"
eventually 5 eval '[ "$(members)" = "$others" ]'
expect 5 compares memberUid:dora
expect 5 compares "member:uid=dora,$base"
same "" "$(dns -b $base '(|(memberUid=dora)(member=uid=dora,dc=example,dc=com))')" "her groups, once she is hidden"
costs_nothing -b "cn=devs,$base" -s base memberUid

# While the database is down, the cache has what was shown last.
stop_postgres
eventually 10 eval '[ "$(members)" = "$others" ]'
expect 52 compares memberUid:dora # whether she is one is not known any more
expect 6 compares memberUid:ann
start_postgres
eventually 20 eval '[ "$(members)" = "$others" ]'
q "DELETE FROM locks"
eventually 60 eval '[ "$(members)" = "$everybody" ]'
