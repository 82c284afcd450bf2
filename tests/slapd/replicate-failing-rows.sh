# A row that PostgreSQL cannot read for an error in it stays at replicas as it was.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/replicas.sh"
start_postgres
q "CREATE TABLE hosts AS SELECT 'h' || n AS name, n::text AS note FROM generate_series(1, 20) n; CREATE TABLE serials AS SELECT * FROM hosts; GRANT SELECT ON hosts, serials TO ldap"
notified_changes
tell_of_changes hosts serials
start_slapd - < <(feed_conf 'pgsql-kind hosts container=ou=hosts rdn=cn class=top,device' 'pgsql-list hosts SELECT name AS cn, note::int AS description FROM hosts' \
    'pgsql-values hosts serialNumber SELECT name AS cn, note::int AS "serialNumber" FROM serials')
logged feed-started
start_replica push refreshAndPersist
copied "the first copy" 20
for table in hosts serials; do
    q "UPDATE $table SET note = 'not a number' WHERE name = 'h1'; UPDATE \"Users\" SET \"cn\" = 'error in $table' WHERE \"uid\" = 'bob'"
    replicated push '(uid=bob)' "cn: error in $table"
    contains "$(at_replica push '(cn=h1)')" 'description: 1'
    q "UPDATE $table SET note = '1' WHERE name = 'h1'"
    copied "a row of $table that is repaired"
done
