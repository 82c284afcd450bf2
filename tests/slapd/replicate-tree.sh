# A unit that is renamed or moved takes everything below it along at replicas.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/replicas.sh"
. "$TESTS/lib/tree.sh"
start_postgres
tree_tables
tell_of_changes units people teams members
start_slapd - < <(tree_conf | with_feed)
logged feed-started
start_replica push refreshAndPersist
start_replica poll refreshOnly
copied "the first copy" 20
step() { # WHAT SQL FILTER TEXT…
    q "$2"
    replicated push "${@:3}"
    copied_to push "$1"
}
step "a renamed unit" "UPDATE units SET name = 'Hamburg' WHERE id = 1" '(uid=dora)' "ou=Steintor,ou=Hamburg,$base"
step "a moved unit" "UPDATE units SET parent = 4 WHERE id = 2" '(uid=sven)' "dn: uid=sven,ou=Steintor,ou=bremen-nord,$base"
step "a unit in a unit that is new" "INSERT INTO units VALUES (20, 3, 'Mitte'), (21, 20, 'Tief'); INSERT INTO people VALUES (20, 21, 'new', 1020)" '(uid=new)' "dn: uid=new,ou=Tief,ou=Mitte,ou=berlin,$base"
copied "single changes"
step "a unit above itself" "UPDATE units SET parent = 21 WHERE id = 20" '(uid=new)'
step "and back" "UPDATE units SET parent = NULL WHERE id = 20" '(uid=new)' "dn: uid=new,ou=Tief,ou=Mitte,$base"
step "a unit that is gone" "DELETE FROM units WHERE id = 20" '(uid=new)'
step "other letters of the same name" "UPDATE units SET name = 'HAMBURG' WHERE id = 1" '(ou=hamburg)' "dn: ou=HAMBURG,$base" 'ou: HAMBURG'
copied "the end"
