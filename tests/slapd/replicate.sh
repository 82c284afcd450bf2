# Replicas follow every kind of change in the database.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/replicas.sh"
start_provider
start_replica poll refreshOnly
start_replica push refreshAndPersist
copied "the first copy" 20
same 16 "$(at_replica push 1.1 | grep -c ^dn:)" "the number of copied entries"
contains "$(at_replica poll entryUUID)" entryUUID:

step() { # WHAT SQL FILTER [TEXT…]: the replica that polls follows in the end
    q "$2"
    replicated push "${@:3}"
    copied_to push "$1"
}
step "a changed row" "UPDATE \"Users\" SET \"mail\" = 'ann@example.org' WHERE \"uid\" = 'ann'" '(uid=ann)' 'mail: ann@example.org'
add_users 2100 2100
step "an inserted row" "UPDATE \"Users\" SET \"uid\" = 'zoe' WHERE \"uidNumber\" = 2100" '(cn=zoe)' 'dn: cn=zoe,'
step "a renamed row" "UPDATE \"Users\" SET \"uid\" = 'zora' WHERE \"uid\" = 'zoe'" '(uid=zoe)'
step "a member that is added" 'INSERT INTO "UserGroups" ("gidNumber", "uidNumber", "createdAt", "updatedAt") SELECT 2002, 2100, now(), now()' '(cn=devs)' 'memberUid: zora'
step "a member that is removed" 'DELETE FROM "UserGroups" WHERE "uidNumber" = 2100' '(&(cn=devs)(memberUid=zora))'
step "a number that ends a private group" "UPDATE \"Users\" SET \"gidNumber\" = 2001 WHERE \"uid\" = 'zora'" '(cn=zora)'
step "a deleted row" "DELETE FROM \"Users\" WHERE \"uid\" = 'zora'" '(uid=zora)'
step "a transaction of several tables" "BEGIN; UPDATE \"Users\" SET \"cn\" = 'Changed' WHERE \"uid\" = 'bob'; DELETE FROM \"UserGroups\" WHERE \"gidNumber\" = 2001; UPDATE \"Groups\" SET \"cn\" = 'renamed' WHERE \"gidNumber\" = 2002; COMMIT" \
    '(|(uid=bob)(cn=renamed))' 'cn: Changed' 'dn: cn=renamed'
step "a rollback, then a change" "BEGIN; DELETE FROM \"UserGroups\"; ROLLBACK; UPDATE \"Users\" SET \"cn\" = 'Then' WHERE \"uid\" = 'bob'" '(uid=bob)' 'cn: Then'
copied "single changes"

# Many rows.
has() { [ "$(at_replica push "$2" 1.1 | grep -c ^dn:)" = "$1" ]; } # COUNT FILTER
add_users 10001 10120
eventually 30 has 120 '(uid=u10*)'
q "UPDATE \"Users\" SET \"cn\" = 'More' WHERE \"uidNumber\" > 10000"
eventually 30 has 120 '(cn=More)'
q 'DELETE FROM "Users" WHERE "uidNumber" BETWEEN 10001 AND 10050; DELETE FROM "Groups" WHERE "gidNumber" = 2002'
eventually 30 has 70 '(cn=More)'
copied "a group with its memberships" 20
