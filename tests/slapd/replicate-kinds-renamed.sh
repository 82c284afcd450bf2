# A kind that gets another name keeps its entries at replicas.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/replicas.sh"
start_postgres
q "CREATE TABLE hosts AS SELECT 'h' || n AS name, 'note' AS note, gen_random_uuid() AS id FROM generate_series(1, 20) n; GRANT SELECT ON hosts TO ldap"
notified_changes
tell_of_changes hosts
named() { # KIND
    feed_conf "pgsql-kind $1 container=ou=hosts rdn=cn class=top,device" "pgsql-list $1 SELECT name AS cn, note AS description, id AS \"entryUUID\" FROM hosts"
}
start_slapd - < <(named hosts)
logged feed-started
start_replica push refreshAndPersist
copied "the first copy" 20
named devices >"$T/slapd.conf"
restart_provider
copied "another name" 20
q "UPDATE hosts SET note = 'changed' WHERE name = 'h1'"
replicated push '(cn=h1)' 'description: changed'
same 20 "$(at_replica push '(objectClass=device)' 1.1 | grep -c ^dn:)" "hosts at the replica"
copied "a change of one entry"
