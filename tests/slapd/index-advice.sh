# At startup the log names exactly the missing indexes of large tables.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/scans.sh"
. "$TESTS/lib/advice.sh"
start_postgres -c log_statement=all

# Small tables.
restart - < <(manager_conf)
same "" "$(advice)" "what the log says of small tables"
# Each of the four queries is planned twice: to see whether it shows passwords, and whether the role may run it.
same 8 "$(grep -c EXPLAIN "$T/pg/postgres.log")" "plans asked for"

q "INSERT INTO \"Users\" (\"uidNumber\", \"uid\", \"gidNumber\", \"homeDirectory\", \"cn\", \"sn\", \"givenName\", \"mail\", \"userPassword\", \"createdAt\", \"updatedAt\")
   SELECT n, 'u' || n, n, '/home/u' || n, 'User ' || n, 'User', 'U', 'U' || n || '@Example.com', '!', now(), now() - n * interval '1 minute'
   FROM generate_series(10000, 29999) n;
   INSERT INTO \"Groups\" SELECT n, 'g' || n, false, now(), now() FROM generate_series(40000, 59999) n;
   INSERT INTO \"UserGroups\" SELECT n, 40000 + (n + k) % 20000, now(), now() FROM generate_series(10000, 29999) n, generate_series(0, 4) k;
   ANALYZE"

# The manager's schema and its four queries.
restart - < <(manager_conf)
irregular="~ '^ |  | \$|[^ -~]'"
same "finding users by mail reads all of \"Users\" (20010 rows); missing index: CREATE INDEX ON \"Users\" (lower(\"mail\" COLLATE \"C\")); CREATE INDEX ON \"Users\" ((true)) WHERE \"mail\" $irregular;
finding groups by cn reads all of \"Groups\" (20004 rows); missing index: CREATE INDEX ON \"Groups\" (lower(\"cn\" COLLATE \"C\")); CREATE INDEX ON \"Groups\" ((true)) WHERE \"cn\" $irregular;
showing memberUid of groups reads all of \"UserGroups\" (100013 rows); missing index: CREATE INDEX ON \"UserGroups\" (\"gidNumber\", \"uidNumber\");
finding private groups by gidNumber reads all of \"Users\" (20010 rows) and all of \"Groups\" (20004 rows); missing index: CREATE INDEX ON \"Users\" (\"gidNumber\");" "$(advice)" "what the log says of the manager's tables"
people='(objectClass=posixAccount)' groups='(objectClass=posixGroup)'
searches=("(&$people(mail=u12345@example.com))" "(&$groups(cn=g45678))" "(&$groups(gidNumber=12345))")
found=(uid=u12345 cn=g45678 cn=u12345)
for i in "${!searches[@]}"; do
    n=$(reads_all "${searches[$i]}" "${found[$i]}")
    [ "$n" != 0 ] || fail "${searches[$i]} needs no index, so this test proves nothing"
done
# Without theirs, memberships are found by reading all of an index that begins with another column.
pages() { # how much of the memberships PostgreSQL reads to show a group's members
    local before
    before=$(q "$touched")
    expect 0 search -b dc=example,dc=com "(&$groups(gidNumber=45678))" memberUid
    contains "$OUT" "memberUid: u25678"
    echo $(($(q "$end_sessions; $touched") - before))
}
touched="SELECT sum(heap_blks_hit + heap_blks_read + coalesce(idx_blks_hit + idx_blks_read, 0)) FROM pg_statio_user_tables WHERE relname = 'UserGroups'"
n=$(pages)
[ "$n" -gt 200 ] || fail "members need no index, so this test proves nothing: $n pages"

# Executed literally, they fix it.
q "$(grep -o 'CREATE INDEX.*' "$T/slapd.log") ANALYZE"
restart - < <(manager_conf)
same "" "$(advice)" "what the log says when all indexes are there"
for i in "${!searches[@]}"; do
    same 0 "$(reads_all "${searches[$i]}" "${found[$i]}")" "tables read whole for ${searches[$i]}"
done
n=$(pages)
[ "$n" -lt 100 ] || fail "$n pages are read to show a group's members"

# Few groups with many members: PostgreSQL rather reads all users than look up each by the index that it has, and needs no other.
q 'DELETE FROM "Groups" WHERE "gidNumber" > 2001; INSERT INTO "UserGroups" SELECT "uidNumber", 2001, now(), now() FROM "Users" ON CONFLICT DO NOTHING;
   UPDATE "Users" SET "gidNumber" = 2001'
q 'VACUUM ANALYZE'
restart - < <(manager_conf)
same "" "$(advice)" "what the log says of few groups"
n=$(q "EXPLAIN SELECT u.\"uid\" FROM \"Groups\" g JOIN \"UserGroups\" ug USING (\"gidNumber\") JOIN \"Users\" u USING (\"uidNumber\") WHERE g.\"cn\" = 'x'" | grep -c 'Seq Scan on "Users"' || true)
[ "$n" = 1 ] || fail "PostgreSQL does not read all users, so this test proves nothing"
q 'DROP INDEX "UserGroups_gidNumber_uidNumber_idx"'
restart - < <(manager_conf)
same 'showing memberUid of groups reads all of "UserGroups" (20012 rows); missing index: CREATE INDEX ON "UserGroups" ("gidNumber", "uidNumber");' "$(advice)" "what the log says of few groups without the index"
