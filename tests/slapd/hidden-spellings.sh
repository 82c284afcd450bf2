# No spelling of a DN that slapd accepts reveals a hidden row.
. "$(dirname "$0")/../lib.sh"
start_postgres
base='o=Ann\, Bob & Co' people='ou=people,o=Ann\, Bob & Co' teams='ou=groups,o=Ann\, Bob & Co'
q "CREATE TABLE accounts (name text, num int, shown boolean)
   ; INSERT INTO accounts VALUES ('ann', 1, true), ('zed', 2, false), ('zed smith', 3, false), ('o,\"neil', 4, false)
   ; CREATE TABLE teams (name text, num int, shown boolean, members text[])
   ; INSERT INTO teams VALUES ('all', 5, true, array['ann', ' zed', 'zed  smith', 'ann  smith']), ('Team München', 6, false, '{}'), ('Team  B', 7, false, '{}'), (' Team C', 8, false, '{}')
   ; CREATE TABLE links (n serial, dn text); GRANT SELECT ON accounts, teams, links TO ldap"
{
    base_conf | sed "s|/etc/ldap/schema/nis.schema|$PROJECT/schema/rfc2307bis.schema|"
    cat <<CONF
database pgsql
suffix "o=Ann\\\\, Bob & Co"
pgsql-uri postgres://ldap:ldap@127.0.0.1:$PGPORT/manager
pgsql-kind users container=ou=people
pgsql-kind groups container=ou=groups
pgsql-list users SELECT name AS username, num AS uid_number, 5 AS gid_number, name AS full_name, shown FROM accounts
pgsql-list groups SELECT name, num AS gid_number, members AS member_uids, shown FROM teams
pgsql-kind links container=ou=links rdn=cn class=top,groupOfUniqueNames,extensibleObject
pgsql-list links SELECT 'l' || n AS cn, dn AS "uniqueMember" FROM links
pgsql-login-filter users shown
pgsql-login-filter groups shown
pgsql-hide-denied on
CONF
} >"$T/slapd.conf"
hidden=('uid=\7aed,ou=people,o=Ann\, Bob & Co' 'uid=z\65d,ou=people,o=ann\2c bob & co' 'uid="zed",ou=people,o=Ann\, Bob & Co'
    'uid=zed,ou=\50eople,o="Ann, Bob & Co"' 'uid=zed,ou=people,o=Ann\,  Bob & Co' "uid=zed,$people#'0101'B" "UID =  zed  smith , $people"
    $'uid=\tzed,\n'"$people" 'uid=o\2c\22neil,ou=people,o=Ann\, Bob & Co' 'uid="o,\"neil",ou=people,o=Ann\2C Bob \26 Co'
    'cn=team m\c3\bcnchen,ou=groups,o=Ann\, Bob & Co' "cn=TEAM MÜNCHEN,$teams" "cn=Team B,$teams" "cn=Team C,$teams")
shown=("uid=ann,$people" "uid=zed  smyth,$people" 'uid=zed\2b,ou=people,o=Ann\, Bob & Co' 'uid=z\c3\28d,ou=people,o=Ann\, Bob & Co' "cn=Team D,$teams")
for dn in "${hidden[@]}" "${shown[@]}"; do q "INSERT INTO links (dn) VALUES (\$\$$dn\$\$)"; done
members() { search -b "cn=l$1,ou=links,$base" -s base uniqueMember | grep -c '^uniqueMember:' || true; }

start_slapd "$T/slapd.conf"
for ((n = 0; n < ${#hidden[@]}; ++n)); do same 0 "$(members $((n + 1)))" "members of the link to ${hidden[n]}"; done
for n in 0 1 2 4; do same 1 "$(members $((${#hidden[@]} + n + 1)))" "members of the link to ${shown[n]}"; done
expect 0 search -b "cn=l$((${#hidden[@]} + 4)),ou=links,$base" -s base # a DN that is none, and no error
for name in "uid=zed,$people" "uid=zed smith,$people" "cn=team b,$teams"; do same "" "$(dns -b "$base" "(uniqueMember=${name//\\/\\5c})")" "links to $name"; done
same "memberUid: ann memberUid: ann  smith" "$(search -b "cn=all,$teams" -s base memberUid | sed -n '/^memberUid/p' | sort | xargs -d '\n')" "members of all"
same "" "$(dns -b "$base" '(|(memberUid=zed)(memberUid=zed smith))')" "groups of hidden names"

# Where the rows are shown, each of these names them.
sed -i '/^pgsql-hide-denied/d' "$T/slapd.conf"
stop_slapd
start_slapd "$T/slapd.conf"
for ((n = 0; n < ${#hidden[@]}; ++n)); do same 1 "$(members $((n + 1)))" "without hiding: members of the link to ${hidden[n]}"; done
