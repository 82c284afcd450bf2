# Replicas follow every kind of change in the database.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/replicas.sh"
start_postgres
notified_changes
start_slapd - < <(feed_conf)
logged feed-started
start_replica poll refreshOnly
start_replica push refreshAndPersist
copied "the first copy" 20
same 16 "$(content "${REPLICA[push]}" | grep -c ^dn:)" "the number of copied entries"
contains "$(content "${REPLICA[poll]}")" entryUUID:

step() { # WHAT SQL
    q "$2"
    copied "$1" "${3:-10}"
}
step "a changed row" "UPDATE \"Users\" SET \"mail\" = 'ann@example.org' WHERE \"uid\" = 'ann'"
contains "$(content "${REPLICA[push]}")" 'mail: ann@example.org'
step "an inserted row" "INSERT INTO \"Users\" (\"uid\", \"uidNumber\", \"gidNumber\", \"cn\", \"sn\", \"givenName\", \"mail\", \"homeDirectory\", \"userPassword\", \"createdAt\", \"updatedAt\")
  VALUES ('zoe', 2100, 2100, 'Zoe Zett', 'Zett', 'Zoe', 'zoe@example.com', '/home/zoe', 'x', now(), now())"
contains "$(content "${REPLICA[push]}")" 'dn: cn=zoe,'
step "a renamed row" "UPDATE \"Users\" SET \"uid\" = 'zora' WHERE \"uid\" = 'zoe'"
lacks "$(content "${REPLICA[push]}")" 'uid=zoe,'
step "a member that is added" 'INSERT INTO "UserGroups" ("gidNumber", "uidNumber", "createdAt", "updatedAt") SELECT 2002, 2100, now(), now()'
contains "$(content "${REPLICA[push]}")" 'memberUid: zora'
step "a member that is removed" 'DELETE FROM "UserGroups" WHERE "uidNumber" = 2100'
step "a number that ends a private group" "UPDATE \"Users\" SET \"gidNumber\" = 2001 WHERE \"uid\" = 'zora'"
lacks "$(content "${REPLICA[push]}")" 'cn=zora,'
step "a deleted row" "DELETE FROM \"Users\" WHERE \"uid\" = 'zora'"
lacks "$(content "${REPLICA[poll]}")" zora
step "a transaction of several tables" "BEGIN; UPDATE \"Users\" SET \"cn\" = 'Changed' WHERE \"uid\" = 'bob'; DELETE FROM \"UserGroups\" WHERE \"gidNumber\" = 2001; UPDATE \"Groups\" SET \"cn\" = 'renamed' WHERE \"gidNumber\" = 2002; COMMIT"
step "a rollback" "BEGIN; DELETE FROM \"UserGroups\"; ROLLBACK"
step "1,000 rows in one statement" "INSERT INTO \"Users\" (\"uid\", \"uidNumber\", \"gidNumber\", \"cn\", \"sn\", \"givenName\", \"mail\", \"homeDirectory\", \"userPassword\", \"createdAt\", \"updatedAt\")
  SELECT 'many' || n, 10000 + n, 10000 + n, 'Many ' || n, 'Many', 'Many', 'many' || n || '@example.com', '/home/many' || n, 'x', now(), now() FROM generate_series(1, 1000) n" 20
step "1,000 changed rows" "UPDATE \"Users\" SET \"cn\" = 'More' WHERE \"uidNumber\" > 10000" 20
step "50 deleted rows" "DELETE FROM \"Users\" WHERE \"uidNumber\" BETWEEN 10001 AND 10050" 20
step "a group with its memberships" 'DELETE FROM "UserGroups" WHERE "gidNumber" = 2002; DELETE FROM "Groups" WHERE "gidNumber" = 2002'
