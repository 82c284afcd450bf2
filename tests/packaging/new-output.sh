#!/bin/bash
# The wizard's recipes, JSON and cn=config are complete; it changes nothing itself.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/recipes.sh"
need jq
wizard_alone() { perl "$PROJECT/packaging/slapd-pgsql-new" "$@" </dev/null; }

# Each recipe can be read, and says whether it was tested.
expect 0 wizard_alone --list-recipes --json
same "$(cd "$PROJECT/packaging/recipes" && ls *.recipe | sed 's/\.recipe$//')" "$(jq -r '.[].name' <<<"$OUT")" "the recipes"
same "" "$(jq -r '.[] | select((.title | length) == 0 or (.tested == null) == (.source == null)) | .name' <<<"$OUT")" "recipes that do not say how they were tested"
expect 0 wizard_alone --list-recipes
contains "$OUT" "tested with Debian 12's zabbix-server-pgsql 6.0"
for recipe in "$PROJECT"/packaging/recipes/*.recipe; do
    name=${recipe##*/}
    [[ $(sed -n 1p "$recipe") == "# $name: "*. ]] || fail "$name: line 1 does not say what it is for"
    [ -f "$TESTS/packaging/recipe-${name%.recipe}.sh" ] || fail "$name: no test"
    grep -q "^| \`${name%.recipe}\` |" "$PROJECT/doc/applications.md" || fail "$name: doc/applications.md does not list it"
done
expect 2 wizard_alone
contains "$ERR" '--uri is missing'

application zabbix <"$TESTS/recipes/zabbix.sql"
catalog() { database -c "SELECT md5(string_agg(c::text, '' ORDER BY c.oid)) FROM pg_class c WHERE c.relnamespace >= 2200" -c 'SELECT count(*) FROM pg_roles'; }
before=$(catalog)
echo zabbix >"$T/password"
expect 0 wizard --dry-run --json --try admin --password-file "$T/password"
same '{"recipe":"zabbix","purpose":"machines","users":4,"may_log_in":2,"groups":5,"hidden":false,"base":2000000,"checked":4}' \
    "$(jq -c '{recipe, purpose, users, may_log_in, groups, hidden, base: .numbers.users.base, checked: (.hashes | map(select(.checked).count) | add)}' <<<"$OUT")" "what JSON says"
echo wrong >"$T/password"
expect 1 wizard --dry-run --try admin --password-file "$T/password"
contains "$OUT" 'admin cannot log in: wrong password'

# Slow and idle clients are disconnected, and a client that asks for SASL learns of no mechanism that needs a password.
expect 0 wizard --out "$T/conf"
for line in 'writetimeout 10' 'idletimeout 1800' 'timelimit 300' 'sasl-secprops noanonymous,noplain,nodict'; do
    grep -qx "$line" "$T/conf/slapd.conf" || fail "slapd.conf lacks: $line"
done

# cn=config serves the same; the numbers and the login filter are those of the options.
expect 0 wizard --ldif --out "$T/ldif" --suffix 'dc=example,dc=net' --uid-base 70000 --gid-base 80000 --login-filter "u.username = 'eve'" --role reader --require-login
same "$before" "$(catalog)" "the catalog of the database"
mkdir "$T/slapd.d"
expect 0 slapadd -n 0 -F "$T/slapd.d" -l <(sed "s|^olcPidFile: .*|olcPidFile: $T/slapd.pid|" "$T/ldif/config.ldif")
database -f "$T/ldif/role.sql" >/dev/null 2>&1
start_slapd "$T/slapd.d"
settled
base=dc=example,dc=net
logs_in eve zabbix
refuses admin zabbix
expect 50 search -b "$base" '(uid=eve)'
same "uidNumber: 70010" "$(ldapsearch -x -LLL -H "$URI" -D "uid=eve,ou=people,$base" -w zabbix -b "$base" '(uid=eve)' uidNumber | sed '/^dn: /d; /^$/d')" "the number"
same "600" "$(stat -c %a "$T/ldif"/* | sort -u)" "the modes of the files"
lacks "$(ps -eo args)" "$(sed -n 's/.*password=\([0-9a-f]*\).*/\1/p' "$T/ldif/config.ldif")"
expect 2 wizard --out "$T/ldif"
contains "$ERR" "--out: '$T/ldif' exists; give another folder"
