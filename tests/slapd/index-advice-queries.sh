# Index advice works through views, joins and all types, and explains its limits.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/advice.sh"
start_postgres -c log_statement=all
q "INSERT INTO \"Users\" (\"uidNumber\", \"uid\", \"gidNumber\", \"homeDirectory\", \"cn\", \"sn\", \"givenName\", \"mail\", \"userPassword\", \"createdAt\", \"updatedAt\")
   SELECT n, 'u' || n, n, '/home/u' || n, 'User ' || n, 'Name' || n, 'U', 'u' || n || '@example.com', '!', now(), now() - n * interval '1 minute'
   FROM generate_series(10000, 29999) n;
   ALTER TABLE \"Users\" ADD id uuid DEFAULT gen_random_uuid();
   CREATE VIEW people AS SELECT *, to_char(\"createdAt\", 'YYYY') || \"uid\" AS nick FROM \"Users\" WHERE \"status\" = 'pending';
   CREATE TABLE teams (name text, number integer, \"e-mail\" text, mark text);
   INSERT INTO teams SELECT 't' || n, n, 't' || n || '@example.com', 'x' FROM generate_series(40000, 59999) n;
   CREATE TABLE membership (team text, member text);
   INSERT INTO membership SELECT 't' || n + 30000, 'u' || n FROM generate_series(10000, 29999) n;
   CREATE TABLE secret AS SELECT * FROM membership;
   GRANT SELECT ON people, teams, membership TO ldap;
   ANALYZE"
conf() {
    base_conf
    printf '%s\n' 'database pgsql' 'suffix "dc=example,dc=com"' "pgsql-uri postgres://ldap:ldap@127.0.0.1:$PGPORT/manager"
}
irregular="~ '^ |  | \$|[^ -~]'"

# A view of users, groups without any index, members in a table of their own.
{
    conf
    echo 'pgsql-list users SELECT "uid", "uidNumber", "gidNumber", "cn", "sn" AS mail, id AS "entryUUID", "updatedAt" AS updated_at FROM people'
    echo 'pgsql-attribute users mail column=mail default={cn}@{domain}'
    echo 'pgsql-list groups SELECT name, number AS gid_number, "e-mail" AS mail FROM teams'
    echo 'pgsql-attribute groups cn column=name compare=exact'
    echo 'pgsql-values groups memberUid SELECT team AS name, member FROM membership'
} >"$T/views.conf"
restart "$T/views.conf"
same "finding users by mail reads all of \"Users\" (20010 rows); missing index: CREATE INDEX ON \"Users\" (lower(\"sn\" COLLATE \"C\")); CREATE INDEX ON \"Users\" ((true)) WHERE \"sn\" $irregular; CREATE INDEX ON \"Users\" ((true)) WHERE (\"sn\" IS NULL OR \"sn\" = '');
finding users by entryUUID reads all of \"Users\" (20010 rows); missing index: CREATE INDEX ON \"Users\" (\"id\");
finding users by modifyTimestamp reads all of \"Users\" (20010 rows); missing index: CREATE INDEX ON \"Users\" (\"updatedAt\");
finding groups by cn reads all of teams (20000 rows); missing index: CREATE INDEX ON teams (\"name\");
finding groups by gidNumber reads all of teams (20000 rows); missing index: CREATE INDEX ON teams (\"number\");
finding groups by mail reads all of teams (20000 rows); missing index: CREATE INDEX ON teams (lower(\"e-mail\" COLLATE \"C\")); CREATE INDEX ON teams ((true)) WHERE \"e-mail\" $irregular;
finding groups by memberUid reads all of teams (20000 rows) and all of membership (20000 rows); missing index: CREATE INDEX ON membership ((\"member\"::text)); CREATE INDEX ON membership ((true)) WHERE \"member\"::text $irregular; CREATE INDEX ON membership (\"team\");
finding private groups by gidNumber reads all of \"Users\" (20010 rows) and all of teams (20000 rows); missing index: CREATE INDEX ON \"Users\" (\"gidNumber\");" "$(advice)" "what the log says"
q "$(grep -o 'CREATE INDEX.*' "$T/slapd.log") ANALYZE"
restart "$T/views.conf"
same "" "$(advice)" "what the log says when all indexes are there"

# No index is known for a column that depends on more than the row, and a query that has to see all rows.
{
    conf
    echo 'pgsql-list users SELECT "uid", "uidNumber", "gidNumber", nick AS mail FROM people'
    echo "pgsql-list groups SELECT min(name) AS name, number AS gid_number FROM teams GROUP BY number"
    echo 'pgsql-private-groups off'
} >"$T/words.conf"
restart "$T/words.conf"
said=$(advice)
contains "$said" 'finding users by mail reads all of "Users" (20010 rows); no index to suggest for "Users" and the condition ((("Users".status)::text = '"'pending'"
contains "$said" 'finding groups by cn reads all of teams (20000 rows); no index to suggest for teams: the query requires a full scan'
same 2 "$(wc -l <<<"$said")" "lines"

# What may not be read is told in words, and all else is served.
{
    manager_conf | sed '/^pgsql-lookup groups/,$d'
    echo 'pgsql-lookup groups memberUid SELECT g."cn" AS name, g."gidNumber" AS gid_number FROM "Groups" g JOIN secret ON team = g."cn" WHERE member = ?'
} >"$T/rights.conf"
restart "$T/rights.conf"
said=$(advice)
contains "$said" 'ERROR:  permission denied for table secret; cannot check whether a search lacks an index'
contains "$said" 'CREATE INDEX ON "Users" (lower("mail" COLLATE "C"));'
expect 0 search -b dc=example,dc=com '(uid=u12345)' uid
contains "$OUT" "uid: u12345"
