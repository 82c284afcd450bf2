# Rows that can have no place are left out and logged, with what is below them; what cannot be read is an error, never an empty answer.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/tree.sh"
. "$TESTS/lib/check.sh"
start_postgres
q 'DROP TABLE "Users", "Groups", "UserGroups" CASCADE'
tree_tables
# From here on each row has a user of its number in it.
q "ALTER TABLE units DROP CONSTRAINT units_pkey, ALTER id DROP NOT NULL; TRUNCATE units, people, teams, members;
   INSERT INTO units VALUES (1, NULL, 'Top', NULL), (2, 1, 'Below', NULL), (3, 1, 'Hollow', NULL),
       (10, 10, 'Self', NULL), (11, 12, 'Circle a', NULL), (12, 11, 'Circle b', NULL), (13, 11, 'Below a circle', NULL), (14, 15, 'Circle c', NULL), (15, 16, 'Circle d', NULL), (16, 14, 'Circle e', NULL),
       (20, 999, 'Orphan', NULL), (21, 20, 'Below an orphan', NULL),
       (30, 1, 'Twin', 'first'), (31, 1, 'Twin', 'second'), (32, 31, 'Below the second', NULL), (33, 1, ' below ', NULL), (34, 2, 'Twin', 'elsewhere'),
       (40, NULL, 'groups', NULL), (41, 40, 'Below groups', NULL), (50, 1, NULL, NULL), (51, 1, '', NULL), (52, 1, '  ', NULL), (53, 50, 'Below no name', NULL),
       (60, 2, 'Same key', 'one'), (61, 60, 'Below the same key', NULL);
   INSERT INTO units SELECT 100 + n, CASE WHEN n > 1 THEN 99 + n END, 'level ' || n FROM generate_series(1, 34) n;
   INSERT INTO people SELECT id, CASE WHEN id > 3 OR id < 3 THEN id END, 'u' || id, 1000 + id FROM units;
   INSERT INTO people VALUES (900, 999, 'u900', 1900);
   INSERT INTO units VALUES (60, 2, 'Same key', 'two'), (NULL, 1, 'No key', NULL);
   INSERT INTO teams VALUES (1, NULL, 'all', 2001), (2, 2, 'some', 2002), (3, 31, 'lost', 2003);
   INSERT INTO members VALUES (1, 1), (1, 20), (1, 31), (2, 2), (2, 34), (3, 2)"
conf() { tree_conf | sed "s|/etc/ldap/schema/nis.schema|$PROJECT/schema/rfc2307bis.schema|"; echo "pgsql-kind groups container=ou=groups"; }
conf >"$T/slapd.conf"
start_slapd "$T/slapd.conf"

level() { for ((n = $1; n > 0; --n)); do printf 'ou=level %s,' "$n"; done; } # DEPTH: the units down to it
below=ou=Below,ou=Top,$base
{
    printf '%s\n' $base "ou=groups,$base" "ou=Top,$base" "$below" "ou=Hollow,ou=Top,$base" "ou=Twin,ou=Top,$base" "ou=Twin,$below" "ou=Same key,$below" "ou=Below the same key,ou=Same key,$below"
    printf '%s\n' "uid=u1,ou=Top,$base" "uid=u2,$below" "uid=u3,$base" "uid=u30,ou=Twin,ou=Top,$base" "uid=u34,ou=Twin,$below" "uid=u60,ou=Same key,$below" "uid=u61,ou=Below the same key,ou=Same key,$below"
    printf '%s\n' "cn=all,ou=groups,$base" "cn=some,$below"
    for depth in {1..32}; do printf '%s\n' "$(level $depth)$base" "uid=u$((100 + depth)),$(level $depth)$base"; done
} | sort >"$T/entries"
same "$(<"$T/entries")" "$(dns -b $base)" "the entries"
same "$(<"$T/entries")" "$("${PRELOAD[@]}" slapcat -f "$T/slapd.conf" -o ldif-wrap=no 2>/dev/null | sed -n 's/^dn: //p' | sort)" "the entries of slapcat"
same "first" "$(search -b "ou=Twin,ou=Top,$base" -s base description | sed -n 's/^description: //p')" "the one of two units that is an entry"

# No search finds what is left out, from wherever it looks and by whatever it asks.
for absent in "ou=Self,$base" "ou=Circle a,$base" "uid=u11,ou=Circle a,ou=Circle b,$base" "ou=Orphan,$base" "uid=u20,ou=Orphan,$base" "uid=u20,$base" "uid=u900,$base" "uid=u31,ou=Twin,ou=Top,$base" "uid=u33,$below" \
    "ou=Below the second,ou=Twin,ou=Top,$base" "ou=Below groups,ou=groups,$base" "uid=u40,ou=groups,$base" "uid=u50,ou=Top,$base" "ou=No key,ou=Top,$base" "$(level 33)$base" "uid=u133,$(level 32)$base" "uid=u133,$(level 33)$base"; do
    expect 32 search -b "$absent"
    expect 32 ldapcompare -x -H "$URI" "$absent" objectClass:top
done
expect 32 search -b "uid=u133,$(level 33)$base"
contains "$ERR" "Matched DN: $(level 32)$base"
for filter in "uid=u1[0-6]" uid=u20 uid=u21 uid=u31 uid=u33 uid=u40 uid=u50 uid=u133 uid=u134 uid=u900 'ou=circle*' ou=orphan 'ou=level 33' 'ou=no key' description=second "entryDN=ou=Self,$base" "entryDN=uid=u900,$base" \
    "entryDN=uid=u31,ou=Twin,ou=Top,$base" uidNumber=1900 cn=lost gidNumber=2003; do
    expect 0 search -b $base "($filter)" 1.1
    same "" "$OUT" "what ($filter) finds"
done
members() { search -b "$1" -s base member | sed -n 's/^member: //p' | sort | xargs; }
same "uid=u1,ou=Top,$base" "$(members "cn=all,ou=groups,$base")" "members that have entries"
same "cn=some,$below" "$(search -b "uid=u2,$below" memberOf | sed -n 's/^memberOf: //p')" "groups that have entries"
same "" "$(dns -b $base "(|(member=uid=u31,ou=Twin,ou=Top,$base)(member=uid=u20,ou=Orphan,$base)(member=uid=u20,$base)(memberOf=cn=lost,ou=Twin,ou=Top,$base))")" "what names members without entries"

# hasSubordinates counts entries only.
has() { search -b "$1" -s base hasSubordinates | sed -n 's/^hasSubordinates: //p'; }
same "FALSE TRUE TRUE FALSE" "$(for unit in "ou=Hollow,ou=Top,$base" "$(level 32)$base" "ou=Twin,ou=Top,$base" "uid=u1,ou=Top,$base"; do has "$unit"; done | xargs)" "hasSubordinates"
q "DELETE FROM people WHERE id IN (30, 132)"
same "FALSE FALSE" "$(for unit in "ou=Twin,ou=Top,$base" "$(level 32)$base"; do has "$unit"; done | xargs)" "hasSubordinates of units with nothing but lost rows"
same "ou=Hollow,ou=Top,$base ou=Twin,ou=Top,$base ou=groups,$base" "$(dns -b "$base" "(|(&(ou=*)(hasSubordinates=FALSE)(!(ou=level 32)))(&(ou=groups)(hasSubordinates=TRUE)))" | xargs)" "units with nothing below, and the container"

# What the log and the check say. The log has one row of each kind and reason.
logged row-skipped 'units: another row has the same key; the row with the key "60" is skipped, and so is what is below it'
logged row-skipped 'units: another entry has the same DN; the row with the key "'
logged row-skipped 'units: it has no valid name; the row with the key "'
logged row-skipped 'units: the rows above it are in a circle, too deep or left out; the row with the key "'
logged row-skipped 'units: no row has the key in its parent column; the row with the key "20" is skipped, and so is what is below it'
logged row-skipped 'users: no entry has the key in its unit; the row "'
logged row-skipped 'groups: no entry has the key in its unit; the row "lost" is skipped'
same "" "$(grep -oE '\[row-skipped\] [a-z]+: [^;]*' "$T/slapd.log" | sort | uniq -d)" "reasons that the log has twice"
checked 2 "$T/slapd.conf"
for found in 'units: 1 row is skipped: another row has the same key' 'units: 3 rows are skipped: another entry has the same DN' 'units: 3 rows are skipped: it has no valid name' \
    'units: 13 rows are skipped: the rows above it are in a circle, too deep or left out' 'units: 1 row is skipped: no row has the key in its parent column' \
    'users: 21 rows are skipped: no entry has the key in its unit' 'groups: 1 row is skipped: no entry has the key in its unit'; do
    contains "$OUT" "  warning pgsql-list $found"
done
contains "$OUT" 'e.g. the row with the key "31" is skipped, and so is what is below it'
contains "$OUT" 'e.g. the row "lost" is skipped'

# With the rows corrected, everything is there.
q "DELETE FROM units WHERE id IS NULL OR note = 'two' OR id IN (33, 134); UPDATE units SET parent = NULL WHERE id IN (10, 11, 14, 20); UPDATE units SET name = 'Other ' || id WHERE id IN (31, 40, 50, 51, 52);
   UPDATE units SET parent = 2 WHERE id = 133; UPDATE people SET unit = 1 WHERE id IN (33, 134, 900)"
same "$(q "SELECT count(*) + 2 FROM (SELECT id FROM units UNION ALL SELECT id FROM people UNION ALL SELECT id FROM teams) r")" "$(dns -b $base | wc -l)" "the entries, when the rows are correct"
same "uid=u12,ou=Circle b,ou=Circle a,$base" "$(dns -b $base '(uid=u12)')" "what was in a circle"
stop_slapd

# Names that the attribute's syntax does not allow.
q "CREATE TABLE zones (id text, up text, name text); GRANT SELECT ON zones TO ldap; UPDATE people SET unit = NULL; INSERT INTO zones VALUES ('a', '', 'plain'), ('b', '', 'süß'), ('c', 'b', 'below'), ('d', 'a', 'good'), ('e', 'a', 'schön');
   ALTER TABLE people ADD zone text; UPDATE people SET zone = CASE id WHEN 1 THEN 'a' WHEN 2 THEN 'b' WHEN 10 THEN 'c' WHEN 11 THEN 'd' END"
{
    base_conf
    cat <<END_OF_CONF
database pgsql
suffix "$base"
pgsql-uri postgres://ldap:ldap@127.0.0.1:$PGPORT/manager
pgsql-kind zones rdn=dc class=top,domain key=id parent=up
pgsql-list zones SELECT id, up, name AS dc FROM zones
pgsql-kind users parent=zones:zone
pgsql-list users SELECT zone, login AS username, number AS uid_number, number AS gid_number FROM people WHERE id < 12
END_OF_CONF
} >"$T/zones.conf"
: >"$T/slapd.log"
start_slapd "$T/zones.conf"
same "$base dc=good,dc=plain,$base dc=plain,$base uid=u1,dc=plain,$base uid=u11,dc=good,dc=plain,$base uid=u3,$base" "$(dns -b $base | xargs)" "zones with names that a DN cannot have"
logged row-skipped 'zones: it has no valid name; the row with the key "'
stop_slapd

# What cannot be read is an error wherever it is needed, and nothing else is.
conf >"$T/slapd.conf"
start_slapd "$T/slapd.conf"
top=ou=Top,$base
q "UPDATE people SET unit = 1 WHERE id = 1; UPDATE people SET pass = (SELECT '{SSHA}D44ivx2nve0G5BZ/RyKIOp5l/nIZ9SWS')"
results() { # the results of searches, compares and logins that need the units, and of those that do not
    local status search
    for search in "$top -s base" "$top" "$top -s one" "uid=u1,$top -s base" "uid=nobody,$top" "ou=none,$base" "$base" "$base -s one" "$base (uid=u1)" "$base (uid=nobody)" "$base (ou=top)" "$base (ou=none)" \
        "$base (entryDN=uid=u1,$top)" "$base (!(entryDN=uid=u1,$top))" "$base (member=uid=u1,$top)" "$base (hasSubordinates=FALSE)" \
        "$base -s base" "ou=groups,$base -s base" "uid=u3,$base" "cn=all,ou=groups,$base (objectClass=*) cn" "ou=groups,$base -s one (objectClass=*) cn"; do
        status=0
        search -b $search >"$T/out" 2>&1 || status=$?
        echo -n "$status "
    done
    for who in "uid=u1,$top" "uid=u3,$base"; do
        status=0
        ldapwhoami -x -H "$URI" -D "$who" -w gus-secret >/dev/null 2>&1 || status=$?
        echo -n "$status "
        status=0
        ldapcompare -x -H "$URI" "$who" uidNumber:1001 >/dev/null 2>&1 || status=$?
        echo -n "$status "
    done
}
same "0 0 0 0 32 32 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 6 0 5 " "$(results)" "the results"
broken="80 80 80 80 80 80 80 80 80 80 80 80 80 80 80 80 0 0 0 0 0 80 80 0 5 "
q 'REVOKE SELECT ON units FROM ldap'
same "$broken" "$(results)" "the results without a right on the units"
logged kind-unusable 'pgsql-list units: PostgreSQL refuses to run the query: ERROR:  permission denied for table units'
expect 1 "${PRELOAD[@]}" slapcat -f "$T/slapd.conf"
q 'GRANT SELECT ON units TO ldap'
eventually 10 eval '[ "$(results)" = "0 0 0 0 32 32 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 6 0 5 " ]'
for column in id parent; do
    q "ALTER TABLE units RENAME $column TO elsewhere"
    same "$broken" "$(results)" "the results without the column $column"
    q "ALTER TABLE units RENAME elsewhere TO $column"
    eventually 10 search -b "$top" -s base
done
q 'ALTER TABLE people RENAME unit TO elsewhere'
expect 80 search -b "uid=u1,$top" -s base
expect 80 search -b $base '(uid=u1)'
expect 0 search -b "$top" -s base # a unit by itself
