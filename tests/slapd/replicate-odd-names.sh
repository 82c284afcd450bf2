# Names with odd characters, and names that occur twice, are followed row by row.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/replicas.sh"
start_postgres
q "CREATE TABLE hosts AS SELECT 'h' || n AS name, n AS note FROM generate_series(1, 20) n; GRANT SELECT ON hosts TO ldap"
notified_changes
tell_of_changes hosts
start_slapd - < <(feed_conf 'pgsql-kind hosts container=ou=hosts rdn=cn class=top,device' 'pgsql-list hosts SELECT name AS cn, note AS description FROM hosts')
logged feed-started
start_replica push refreshAndPersist
copied "the first copy" 20
step() { # WHAT SQL FILTER TEXT…
    q "$2"
    replicated push "${@:3}"
    copied "$1"
}
step "odd names" "INSERT INTO hosts VALUES (E'\\x01', 21), ('', 22), (NULL, 23), ('  ', 24), ('a,b+c\"\\', 25), ('#x', 26), (' first', 27), ('Jürgen Ä', 28), (E'a\nb', 29), ('A  B', 30)" \
    '(description=25)' 'dn: cn=a\2Cb\2Bc\22\5C,ou=hosts'
step "changes of them" "UPDATE hosts SET note = note + 100 WHERE note > 20" '(cn=jürgen ä)' 'description: 128'
step "a second row in other letters" "INSERT INTO hosts VALUES ('H5', 55)" '(cn=h5)' 'description: 5'
step "a change of the second" "UPDATE hosts SET note = 56 WHERE name = 'H5'; UPDATE hosts SET note = 57 WHERE name = 'h6'" '(cn=h6)' 'description: 57'
step "the first one is gone" "DELETE FROM hosts WHERE name = (SELECT min(name COLLATE \"C\") FROM hosts WHERE lower(name) = 'h5')" '(cn=h5)' 'cn: '
step "the second one becomes the first" "INSERT INTO hosts VALUES ('H7', 77); UPDATE hosts SET name = 'other' WHERE name = 'h7'" '(cn=h7)' 'description: 77'
step "the same row twice" "INSERT INTO hosts VALUES ('h8', 8), ('h8', 8)" '(cn=h8)' 'description: 8'
step "and once again" "DELETE FROM hosts WHERE ctid IN (SELECT ctid FROM hosts WHERE name = 'h8' LIMIT 2)" '(cn=h8)' 'description: 8'
# A group hides the private group of the same name.
step "a group" "UPDATE \"Users\" SET \"gidNumber\" = 6001 WHERE \"uid\" = 'gus'; INSERT INTO \"Groups\" VALUES (6002, 'gus', false, now(), now())" '(cn=gus)' 'gidNumber: 6002'
step "its private group again" "DELETE FROM \"Groups\" WHERE \"cn\" = 'gus'" '(cn=gus)' 'gidNumber: 6001'
step "none of them" "DELETE FROM hosts WHERE name !~ '^h[0-9]'" '(&(objectClass=device)(cn=a*))'
