# Kinds are told apart whatever their names are.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/replicas.sh"
start_postgres
q "CREATE TABLE hosts AS SELECT 'h' || n AS name, 'note' AS note FROM generate_series(1, 20) n; CREATE TABLE machines AS SELECT * FROM hosts; GRANT SELECT ON hosts, machines TO ldap"
notified_changes
tell_of_changes hosts machines
# Both names have the same hash of 16 bits.
start_slapd - < <(feed_conf 'pgsql-kind hosts container=ou=hosts rdn=cn class=top,device' 'pgsql-list hosts SELECT name AS cn, note AS description FROM hosts' \
    'pgsql-kind machines439 container=ou=machines rdn=cn class=top,device' 'pgsql-list machines439 SELECT name AS cn, note AS description FROM machines')
logged feed-started
start_replica push refreshAndPersist
copied "the first copy" 20
for table in hosts machines; do
    q "UPDATE $table SET note = 'changed' WHERE name = 'h1'"
    replicated push '(cn=h1)' 'description: changed'
    same 40 "$(at_replica push '(objectClass=device)' 1.1 | grep -c ^dn:)" "entries at the replica"
    copied "a change of $table"
done
q "DELETE FROM hosts WHERE name = 'h2'"
copied "a deleted row"
