# Rows whose entryUUID changes while they are copied disappear at replicas when they are deleted.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/replicas.sh"
start_postgres
notified_changes
add_users 3001 4200
q 'ALTER TABLE "Users" ADD id uuid NOT NULL DEFAULT gen_random_uuid(); UPDATE "Users" SET "gidNumber" = 2001'
start_slapd - < <(manager_conf | sed 's/"userPassword" AS password/&, id AS "entryUUID"/' | with_feed | sed 's/^pgsql-feed-interval.*/pgsql-feed-interval 8/')
logged feed-started
start_replica push refreshAndPersist
copied "the first copy" 20
new="INSERT INTO \"Users\" (\"uid\", \"uidNumber\", \"cn\", \"sn\", \"givenName\", \"mail\", \"homeDirectory\", \"userPassword\", \"createdAt\", \"updatedAt\")
  SELECT 'new' || n, n, 'New', 'New', 'New', n || '@example.com', '/home/' || n, 'x', now(), now() FROM generate_series(10001, 11000) n"
delete='DELETE FROM "Users" WHERE "uidNumber" > 10000'
all_arrived() { [ "$(at_replica push '(uid=new*)' 1.1 | grep -c ^dn:)" = 1000 ]; }
change_while_copied "$new" 'be_add uid=new' "$delete; $new"
eventually 20 all_arrived
q "$delete"
copied "deleted rows" 20
