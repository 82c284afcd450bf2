# Kinds get and lose their places online; slaptest and slapd-pgsql-check say what is wrong with them, and what they need.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/tree.sh"
. "$TESTS/lib/rights.sh"
start_postgres
q 'DROP TABLE "Users", "Groups", "UserGroups" CASCADE'
tree_tables
tree_conf >"$T/tree.conf"

# slaptest names what is wrong. with SED-EXPRESSION TEXT: the configuration with something changed.
with() {
    sed -E "$1" "$T/tree.conf" >"$T/changed.conf"
    ! cmp -s "$T/tree.conf" "$T/changed.conf" || fail "nothing was changed by $1"
    tested 1 "$T/changed.conf"
    contains "$OUT" "$2"
}
tested 0 "$T/tree.conf"
same "config file testing succeeded" "$OUT" "what slaptest says of a correct configuration"
users='pgsql-kind users key=id parent'
with 's/(users.* parent=)units:/\1nosuch:/' 'pgsql-kind users parent=nosuch:unit: there is no kind "nosuch"'
with 's/(users.* parent=)units:/\1Units:/' 'pgsql-kind users parent=Units:unit: there is no kind "Units"'
with 's/(users.* parent=units):unit/\1:/' "$users=units: password=pass: \"parent=units:\" is not parent=<column> or parent=<kind>:<column>"
with 's/(users.* parent=)units/\1/' "$users=:unit password=pass: \"parent=:unit\" is not parent=<column> or parent=<kind>:<column>"
with 's/(users.* parent=)units:unit/\1/' "$users= password=pass: \"parent=\" is not <option>=<value>"
with 's/(users.* parent)=units:unit/\1/' "$users password=pass: \"parent\" is not <option>=<value>"
with 's/(users.* parent=)units:unit/\1unit:id/' 'pgsql-kind users parent=unit:id: there is no kind "unit"'
with 's/(users) key=id (parent=)units:unit/\1 \2unit/' 'pgsql-kind users parent=users:unit: pgsql-kind users needs key=<the column that "unit" refers to>'
with 's/key=id (parent=parent)/\1/' 'pgsql-kind units parent=units:parent: pgsql-kind units needs key=<the column that "parent" refers to>'
with 's/key=id parent=parent$//' 'pgsql-kind users parent=units:unit: pgsql-kind units needs key=<the column that "unit" refers to>'
with 's/key=(id parent=parent)/key=no\1/' 'pgsql-kind units key=noid: pgsql-list units returns no such column; it returns "id", "parent", "ou", "description"'
with 's/(key=id parent=)parent/\1up/' 'pgsql-kind units parent=up: pgsql-list units returns no such column; it returns "id", "parent", "ou", "description"'
with 's/(users.* parent=units):unit/\1:Unit/' 'pgsql-kind users parent=Unit: pgsql-list users returns no such column; it returns "id", "unit", "username", "uid_number", "gid_number", "pass"'
with 's/(units.*) parent=parent/\1 parent=users:parent/' 'pgsql-kind units parent=users:parent: the kinds are below each other in a circle'
with 's/SELECT t.id, /SELECT /' 'pgsql-lookup groups memberUid: the query returns no column "id", which identifies the row (pgsql-kind groups key=)'
with 's/m.team AS id/m.team AS name/' 'pgsql-values groups memberUid: the query must return two columns, "id" and the value; it returns "name", "memberUid"'
with 's/(pgsql-kind users key=id )parent/\1above/' 'unknown option "above"; known are container=, rdn=, class=, key=, parent= and password='
# A kind whose rows are below each other needs no kind; a kind may be named before it is defined.
sed -E 's/(users.* parent=)units:unit/\1unit/; /^pgsql-kind units/d; /^pgsql-list units/d; s/(groups key=id) .*/\1/' "$T/tree.conf" >"$T/changed.conf"
tested 0 "$T/changed.conf"
{ sed '/^pgsql-kind units/d; /^pgsql-list units/d' "$T/tree.conf"; grep 'pgsql-[a-z]* units' "$T/tree.conf"; } >"$T/changed.conf"
tested 0 "$T/changed.conf"

# A kind gets its place online, loses it, and gets another.
flat_conf() { sed -E 's/(users|groups) key=id parent=units:unit/\1 key=id/; /^pgsql-kind units/d; /^pgsql-list units/d' "$T/tree.conf"; }
mkdir "$T/slapd.d"
flat_conf >"$T/flat.conf"
"${PRELOAD[@]}" slaptest -f "$T/flat.conf" -F "$T/slapd.d" >"$T/slaptest.log" 2>&1 || { cat "$T/slaptest.log"; fail "slaptest"; }
start_slapd "$T/slapd.d"
database=$(as_config ldapsearch -LLL -b cn=config "(olcSuffix=$base)" 1.1 | sed -n 's/^dn: //p')
change() { printf '%s\n' "dn: $database" "changetype: modify" "$@" | as_config ldapmodify; }
shown() { dns -b $base "$1" | sed "s/,$base\$//; s/ou=a.2C b .2B c/ou=abc/" | xargs; }
value() { as_config ldapsearch -LLL -o ldif-wrap=no -s base -b "$database" "olcPg$1" | sed -n "s/^\(olcPg$1: .*\)$/\1/p" | grep "$2"; } # ATTRIBUTE TEXT: the line that has it
places=("add: olcPgKind" "olcPgKind: users parent=units:unit" "olcPgKind: groups parent=units:unit")
units=("olcPgKind: units rdn=ou class=top,organizationalUnit key=id parent=parent" "olcPgList: units SELECT id, parent, name AS ou, note AS description FROM units")

same "uid=ann uid=bea uid=boss uid=dora uid=nils uid=sven" "$(shown '(uid=*)')" "users without units"
expect 80 change "add: olcPgKind" "${places[1]}"
contains "$ERR" 'pgsql-kind users parent=units:unit: there is no kind "units"'
expect 80 change "add: olcPgKind" "olcPgKind: users parent=units:" "${units[0]}" - "add: olcPgList" "${units[1]}"
same "uid=ann uid=bea uid=boss uid=dora uid=nils uid=sven" "$(shown '(uid=*)')" "users after a change that was refused"
expect 0 change "add: olcPgKind" "${units[0]}" - "add: olcPgList" "${units[1]}"
same "ou=Bremen ou=Steintor,ou=Bremen ou=Steintor,ou=berlin ou=abc,ou=Steintor,ou=Bremen ou=berlin ou=bremen-nord" "$(shown '(ou=*)')" "units"
same "uid=ann uid=bea uid=boss uid=dora uid=nils uid=sven" "$(shown '(uid=*)')" "users beside units"
expect 0 change "${places[@]}"
in_units="uid=ann,ou=Bremen uid=bea,ou=berlin uid=boss uid=dora,ou=abc,ou=Steintor,ou=Bremen uid=nils,ou=bremen-nord uid=sven,ou=Steintor,ou=Bremen"
same "$in_units" "$(shown '(uid=*)')" "users in units"
same "cn=all cn=gb,ou=Bremen cn=gbe,ou=berlin" "$(shown '(|(cn=gb*)(cn=all))')" "groups in units"
expect 0 change "add: olcPgKind" "olcPgKind: units container=ou=units"
same "ou=Steintor,ou=Bremen,ou=units ou=Steintor,ou=berlin,ou=units" "$(shown '(ou=steintor)')" "units in a container"
same "uid=ann,ou=Bremen,ou=units uid=boss" "$(shown '(|(uid=ann)(uid=boss))')" "users in such units"
expect 0 change "delete: olcPgKind" "olcPgKind: units container=ou=units"
expect 80 change "delete: olcPgKind" "$(value Kind 'units rdn')"
same "$in_units" "$(shown '(uid=*)')" "users after a change that was refused"
uri=$URI
stop_slapd
URI=$uri start_slapd "$T/slapd.d"
same "$in_units" "$(shown '(uid=*)')" "users after a restart"
expect 0 change "delete: olcPgKind" "$(value Kind 'users parent')" "$(value Kind 'groups parent')"
same "uid=ann uid=bea uid=boss uid=dora uid=nils uid=sven" "$(shown '(uid=*)')" "users without places"
expect 32 search -b "uid=ann,ou=Bremen,$base"
expect 0 change "delete: olcPgKind" "$(value Kind 'units rdn')" - "delete: olcPgList" "$(value List units)"
expect 32 search -b "ou=Bremen,$base"
same "" "$(shown '(ou=*)')" "units that are gone"
stop_slapd

# The rights and the triggers that a tree needs.
{ cat "$T/tree.conf"; echo "pgsql-cache 16"; } >"$T/cache.conf"
start_slapd "$T/cache.conf"
everything >"$T/all"
stop_slapd
[ "$(wc -l <"$T/all")" -gt 150 ] || fail "there is hardly anything: $(<"$T/all")"
take_everybodys_rights public
make_directory_role "$T/cache.conf"
start_slapd "$T/directory.conf"
same "$(<"$T/all")" "$(everything)" "what a role with these rights shows"
stop_slapd
each_grant_is_needed
checked 0 --triggers "$T/directory.conf"
contains "$OUT" "SELECT back_pgsql_watch(VARIADIC ARRAY['public.members', 'public.people', 'public.teams', 'public.units']::pg_catalog.regclass[])"

expect 0 psql_as_admin -f - manager <<<"$OUT"

# What is found in the rows and the indexes: those on the columns with parents are needed as well.
q "INSERT INTO units SELECT n, n % 6 + 1, 'unit ' || n, NULL FROM generate_series(101, 12100) n; INSERT INTO people SELECT n, n % 6 + 1, 'p' || n, n FROM generate_series(2001, 14000) n;
   INSERT INTO teams SELECT n, n % 6 + 1, 't' || n, n FROM generate_series(3001, 15000) n; ALTER TABLE teams ADD UNIQUE (name), ADD UNIQUE (number); CREATE INDEX ON members (person, team);
   CREATE INDEX ON teams (lower(name COLLATE \"C\")); CREATE INDEX ON teams ((true)) WHERE name ~ '^ |  | $|[^ -~]';
   DROP INDEX people_unit_login_idx, teams_unit_idx, units_parent_idx; ANALYZE"
advice() { sed -n 's/^ *do:  \(CREATE INDEX.*\)/\1/p' <<<"$OUT" | sort; }
checked 1 "$T/directory.conf"
contains "$OUT" 'warning indexes: finding units by ou reads all of units (12006 rows)'
contains "$OUT" 'warning indexes: finding units below an entry of units reads all of units (12006 rows)'
same 'CREATE INDEX ON people ("unit");
CREATE INDEX ON teams ("unit");
CREATE INDEX ON units ("parent");
CREATE INDEX ON units (lower("name" COLLATE "C")); CREATE INDEX ON units ((true)) WHERE "name" ~ '"'^ |  | \$|[^ -~]';" "$(advice)" "the indexes that are missing"
contains "$OUT" '  units: 12006 rows, 12006 entries'
contains "$OUT" '  users: 12006 rows, 12006 entries'
# One on the place and the name serves, too; the tree needs no lookup of units by key.
q "$(advice | grep -v people) CREATE INDEX ON people (unit, login); ALTER TABLE units DROP CONSTRAINT units_pkey; ANALYZE"
checked 0 "$T/directory.conf"
same "" "$(advice)" "the indexes that are missing when they are there"
