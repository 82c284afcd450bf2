# A group's member follows a user who moves, disappears or appears in a tree.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/replicas.sh"
. "$TESTS/lib/tree.sh"
start_postgres
tree_tables
q "CREATE TABLE names AS SELECT m.team, p.login FROM members m JOIN people p ON p.id = m.person; INSERT INTO names VALUES (2, 'late'); GRANT SELECT ON names TO ldap"
tell_of_changes units people teams members names
start_slapd - < <(tree_conf | sed "s|/etc/ldap/schema/nis.schema|$PROJECT/schema/rfc2307bis.schema|
    s/JOIN members m ON m.team = t.id/JOIN names p ON p.team = t.id/; s/ JOIN people p ON p.id = m.person WHERE/ WHERE/
    s/^pgsql-values groups.*/pgsql-values groups memberUid SELECT team AS id, login AS \"memberUid\" FROM names/" | with_feed)
logged feed-started
start_replica push refreshAndPersist
copied "the first copy" 20
replicated push '(cn=gb)' "member: uid=ann,ou=Bremen,$base"
step() { # WHAT SQL MEMBER
    q "$2"
    [ -z "${3:-}" ] || replicated push '(cn=gb)' "member: $3"
    copied "$1"
}
step "a user who moves" "UPDATE people SET unit = 4 WHERE login = 'ann'" "uid=ann,ou=bremen-nord,$base"
step "a user who appears" "INSERT INTO people VALUES (30, 3, 'late', 1030)" "uid=late,ou=berlin,$base"
step "a user who is gone" "DELETE FROM people WHERE login = 'dora'"
