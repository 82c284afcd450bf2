# Wrong directives about writes are refused online with name and reason, and change nothing.
. "$(dirname "$0")/../lib.sh"
start_postgres
q 'GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO ldap'
base=dc=example,dc=com
mkdir "$T/slapd.d"
{ manager_conf; grep -v '^access' "$TESTS/data/writes.conf"; } >"$T/slapd.conf"
"${PRELOAD[@]}" slaptest -f "$T/slapd.conf" -F "$T/slapd.d" >"$T/slaptest.log" 2>&1 || { cat "$T/slaptest.log"; fail "slaptest"; }
start_slapd "$T/slapd.d"
database=$(as_config ldapsearch -LLL -b cn=config "(olcSuffix=$base)" 1.1 | sed -n 's/^dn: //p')
configure() { printf '%s\n' "dn: $database" 'changetype: modify' "$@" | as_config ldapmodify; }
settings() { as_config ldapsearch -LLL -o ldif-wrap=no -s base -b "$database" | grep ^olc | sort; }
settings >"$T/before"

refused=0
while IFS='|' read -r name value directive reason; do
    status=0
    configure "add: olcPg$name" "olcPg$name: $value" >"$T/answer" 2>&1 || status=$?
    [ "$status" = 80 ] || fail "result $status for olcPg$name: $value: $(<"$T/answer")"
    contains "$(<"$T/answer")" "$directive"
    contains "$(<"$T/answer")" "$reason"
    same "$(<"$T/before")" "$(settings)" "cn=config after the refusal of olcPg$name: $value"
    refused=$((refused + 1))
done <<'END'
Write|nobody operations=add|pgsql-write nobody|nobody
Write|groups|pgsql-write groups|operations=
Write|groups operations=add,move|pgsql-write groups|move: it is none of add, modify, rename and delete
Write|groups operations=|pgsql-write groups|is none of add
Write|groups permit=add|pgsql-write groups|"permit=add" is none of operations=
Write|groups accept=nosuch|pgsql-write groups|nosuch
Write|groups ignore=nosuch|pgsql-write groups|ignore=nosuch: slapd's schema has no such attribute
Write|groups magic-number=x|pgsql-write groups|magic-number=x: expected a number
Write|groups magic-number=|pgsql-write groups|expected a number
Write|users operations=add|pgsql-write users|the kind already has this directive
ColumnValue|nobody note 'x'|pgsql-column-value nobody|nobody
ColumnValue|users note|pgsql-column-value users|missing
ColumnValue|users note 'x|pgsql-column-value users|position
ColumnValue|users note :nosuch|pgsql-column-value users|the parameter :nosuch is neither an attribute of slapd's schema nor :key, :parent, :dn or :actor
ColumnValue|users note :old.userPassword|pgsql-column-value users|:old.userPassword is not available
AddEntry|users|pgsql-add-entry|missing
AddEntry|nobody INSERT|pgsql-add-entry nobody|nobody
AddEntry|users INSERT INTO "Users" VALUES (:values)|pgsql-add-entry users|:values
AddEntry|users INSERT INTO "Users" VALUES ($1)|pgsql-add-entry users|$
ModifyEntry|users UPDATE "Users" SET note = :old.nosuch|pgsql-modify-entry users|:old.nosuch
ModifyEntry|users UPDATE "Users" SET note = 'x; DELETE FROM x|pgsql-modify-entry users|position
ModifyEntry|users UPDATE "Users" SET note = 'x'; DELETE FROM x|pgsql-modify-entry users|semicolon
RenameEntry|users /* UPDATE|pgsql-rename-entry users|position
DeleteEntry|users|pgsql-delete-entry|missing
AddValues|groups memberUid INSERT INTO x|pgsql-add-values groups|the statement has no :values
AddValues|groups nosuch INSERT|pgsql-add-values groups|nosuch
AddValues|groups|pgsql-add-values groups|missing
AddValues|groups memberUid INSERT INTO x SELECT :values|pgsql-add-values groups|the attribute already has this statement
DeleteValues|groups memberUid|pgsql-delete-values groups|missing
END
[ "$refused" -ge 29 ] || fail "only $refused values were refused"

# A modification is one: its good part does not stay.
expect 80 configure 'replace: olcPgColumnValue' "olcPgColumnValue: users mail 'x'" - 'add: olcPgDeleteEntry' 'olcPgDeleteEntry: users DELETE :nosuch'
same "$(<"$T/before")" "$(settings)" "cn=config after a refusal in the second part"
expect 0 configure 'add: olcPgDeleteEntry' 'olcPgDeleteEntry: users DELETE FROM "Users" WHERE "uid" = :key'
