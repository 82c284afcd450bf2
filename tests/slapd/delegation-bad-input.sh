# Positions, roles, queries, rules and actors that nobody planned for permit nothing by mistake, and stop no other client.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/delegation.sh"
start_postgres
delegation_tables
mkdir "$T/other" "$T/slapd.d"
local_uri=ldapi://${T//\//%2F}%2Fldapi
{
    delegation_database
    printf '%s\n' "pgsql-timeout $((3 * TIMEOUT_FACTOR))" 'sizelimit unlimited'
    delegation_assignments | sed '/^pgsql-roles groups/,$d'
    cat <<END
pgsql-role organizational-unit-admin users search,read,add,modify,rename,move,delete,password except=employeeType
pgsql-role helpdesk-operator users search,password
pgsql-role domain-user users search,read self
pgsql-role most users search,read except=mail,sn
pgsql-role most users read attrs=mail
pgsql-role some users search,modify except=description
pgsql-role others users search,modify attrs=description
pgsql-role nothing users read,modify attrs=mail except=mail
pgsql-role any users search,password targets=unprivileged
pgsql-role any users search,password targets=any
pgsql-role twice users search
pgsql-role twice users search
pgsql-role blind users password,modify,delete
pgsql-role domain-administrator * search,read,add,modify,rename,move,delete,password
pgsql-role careful users search,modify targets=unprivileged
END
    delegation_access
    printf '%s\n' 'database ldif' 'suffix dc=other' 'rootdn cn=admin,dc=other' 'rootpw admin' "directory $T/other"
} >"$T/slapd.conf"
"${PRELOAD[@]}" slaptest -f "$T/slapd.conf" -F "$T/slapd.d" >"$T/slaptest.log" 2>&1 || { cat "$T/slaptest.log"; fail "slaptest"; }
free_port port
tcp_uri=ldap://127.0.0.1:$port URI="ldap://127.0.0.1:$port $local_uri"
start_slapd "$T/slapd.d"
URI=$tcp_uri
settled
seen() { # ACTOR: the users
    as "$1" ldapsearch -LLL -o ldif-wrap=no -b "$base" '(uid=*)' 1.1 2>/dev/null | sed -n "s/^dn: uid=\([^,]*\).*/\1/p" | sort | xargs
}
bremens='ann dora hank self sven' steintors='dora sven'
everybody=$(q "SELECT string_agg(login, ' ' ORDER BY login) FROM people")
assign() { q "DELETE FROM roles WHERE person = 30; INSERT INTO roles SELECT 30, $1" >/dev/null; } # SELECT-LIST [REST]: what lost has
literal() { [ "$1" = NULL ] && echo NULL || echo "'${1//\'/\'\'}'"; }

# Positions: the users that are seen, and the spellings.
while IFS='|' read -r users positions; do
    while IFS= read -r position; do
        assign "'organizational-unit-admin', $(literal "$position")"
        same "$users" "$(seen lost)" "what is seen at \"$position\""
    done < <(tr '~' '\n' <<<"$positions")
done <<END
$bremens|ou=bremen~OU=BREMEN~ou = Bremen~ou=bremen,$base~OU=Bremen , DC=Example, DC=COM~1~2.5.4.11=bremen~ou=\\62remen
$steintors|ou=steintor,ou=bremen~ou=Steintor , ou=Bremen,$base~2
dora|ou=a\\, b \\+ c,ou=steintor,ou=bremen~ou=a\\2C b \\2B c,ou=Steintor,ou=Bremen,$base~5
bea|ou=berlin~3
$everybody|NULL~$base~DC=EXAMPLE,dc=com~
|bremen~ou=~=~,~+~ou=bremen,~,ou=bremen~ou=bremen,,$base~ou=nowhere~ou=nowhere,$base~ou=bremen,ou=nowhere~dc=com~ou=bremen,dc=com~ou=bremen,dc=example,dc=org
|uid=ann,ou=bremen~uid=ann,ou=bremen,$base~cn=gb,ou=bremen~99~-1~01~1.0~1e0~99999999999999999999
|1; SELECT 1~' OR true --~ou=bremen;ou=berlin~ou=steintor~ou=brem*~ou=bremen+ou=berlin
|cn=bremen~ou=Steintor,ou=Bremen,ou=Bremen~nosuch=bremen~%~*
END
logged role-unusable 'organizational-unit-admin at "ou=nowhere"'
for position in "repeat('x', 1000000)" "repeat('ou=x,', 100000) || '$base'" "chr(1)" "E'ou=bre\nmen'" "'ou=' || chr(128512)"; do
    assign "'organizational-unit-admin', $position"
    same "" "$(seen lost)" "what is seen at $position"
done

# Roles that are not defined permit nothing, and take nothing from the others.
for role in nosuch '' NULL ORGANIZATIONAL-UNIT-ADMIN 'organizational-unit-admin ' '*' 'organizational-unit-admin,helpdesk-operator' self users; do
    assign "$(literal "$role"), NULL"
    same "" "$(seen lost)" "what the role $role shows"
    q "INSERT INTO roles VALUES (30, 'helpdesk-operator', 'ou=berlin')"
    same bea "$(seen lost)" "what is seen with the role $role and another one"
done
logged role-unusable 'ORGANIZATIONAL-UNIT-ADMIN at ""'

# Many rows.
assign "'organizational-unit-admin', 'ou=steintor,ou=bremen' FROM generate_series(1, 10000)"
within 5 same "$steintors" "$(seen lost)" "what 10,000 equal rows show"
assign "CASE WHEN n % 2 = 0 THEN 'nosuch' || n ELSE 'helpdesk-operator' END,
  CASE WHEN n = 5001 THEN 'ou=berlin' ELSE 'ou=nowhere' || n END FROM generate_series(1, 10000) n"
within 5 same bea "$(seen lost)" "what one of 10,000 rows shows"
lines=$(times_logged role-unusable)
q "INSERT INTO units SELECT 1000 + n, 1, 'many' || n FROM generate_series(1, 3000) n;
   INSERT INTO people (id, unit, login, number) SELECT 10000 + n, 1000 + n, 'many' || n, 10000 + n FROM generate_series(1, 3000) n"
assign "'organizational-unit-admin', (1000 + n)::text FROM generate_series(1, 3000) n"
same 3000 "$(as lost ldapsearch -LLL -E pr=1000/noprompt -b "$base" '(uid=*)' 1.1 | grep -c '^dn:')" "what 3,000 positions show"
q "DELETE FROM people WHERE id > 10000; DELETE FROM units WHERE id > 1000; DELETE FROM roles WHERE person = 30"
q "INSERT INTO teams SELECT 10000 + n, NULL, 'many' || n, 10000 + n FROM generate_series(1, 5000) n;
   INSERT INTO members SELECT 10000 + n, 30 FROM generate_series(1, 5000) n;
   INSERT INTO team_roles SELECT 10000 + n, 'organizational-unit-admin', 'ou=bremen' FROM generate_series(1, 5000) n"
within 5 same "$bremens" "$(seen lost)" "what a member of 5,000 groups sees"
q "DELETE FROM members WHERE team > 10000; DELETE FROM team_roles WHERE team > 10000; DELETE FROM teams WHERE id > 10000"

# Rules that contradict each other add up; except= limits its own rule only.
attributes() { # NAME ATTRIBUTE…
    as lost ldapsearch -LLL -b "uid=$1,ou=bremen,$base" -s base "${@:2}" 2>/dev/null | sed -n 's/^\([a-zA-Z]*\):.*/\1/p' | sort -u | xargs
}
change() { as lost ldapmodify <<<"$(printf '%s\n' "dn: uid=$1,ou=bremen,$base" "${@:2}")"; } # NAME LINE…
assign "'most', NULL"
same 'dn loginShell mail' "$(attributes ann mail sn loginShell)" "what two rules show"
assign "'some', NULL"
expect 50 change ann 'replace: description' 'description: x'
expect 0 change ann 'replace: loginShell' 'loginShell: /bin/x'
assign "r, NULL FROM unnest('{some,others}'::text[]) r"
expect 0 change ann 'replace: description' 'description: x' - 'replace: loginShell' 'loginShell: /bin/y'
assign "'nothing', NULL"
same dn "$(attributes ann mail)" "what a rule about nothing shows"
expect 50 change ann 'replace: mail' 'mail: x@example.com'
assign "'any', NULL"
expect 0 change hank 'replace: userPassword' 'userPassword: secret'
expect 50 change hank 'replace: description' 'description: x'
assign "'twice', NULL"
same "$everybody" "$(seen lost)" "what a rule shows that is there twice"
assign "'blind', NULL"
same "" "$(seen lost)" "what a role shows that permits only writes"
assign "'organizational-unit-admin', 'ou=bremen' UNION ALL SELECT 30, 'helpdesk-operator', 'ou=bremen' UNION ALL SELECT 30, 'domain-user', 'ou=nowhere'"
same "$bremens" "$(seen lost)" "what a larger and a smaller role show"
expect 0 change ann 'replace: description' 'description: y'

# Queries. Each replaces the one for users, while clients are connected.
database=$(as_config ldapsearch -LLL -b cn=config "(olcSuffix=$base)" 1.1 | sed -n 's/^dn: //p')
roles_by() { # QUERY
    printf '%s\n' "dn: $database" 'changetype: modify' 'replace: olcPgRoles' "olcPgRoles: users $1" | expect "${CODE:-0}" as_config ldapmodify
}
shows() { roles_by "$2"; same "$1" "$(seen lost)" "what is seen with $2"; } # USERS QUERY
fails() { # QUERY: 52 for all operations of those who may have roles, and for no others
    roles_by "$1"
    within 5 expect 52 as lost ldapsearch -b "$base" '(uid=ann)'
    expect 52 change ann 'replace: description' 'description: z'
    expect 0 ldapsearch -x -H "$URI" -D "cn=admin,$base" -w admin -b "$base" '(uid=ann)'
    expect 0 ldapsearch -x -H "$URI" -b "$base"
}
admin="'organizational-unit-admin'" assignments=$(q 'SELECT count(*) FROM roles')
shows "" "SELECT NULL, NULL WHERE :key > 0"
shows "" "SELECT NULL::text, 'ou=bremen' WHERE :key > 0"
shows "$everybody" "SELECT $admin, NULL WHERE :key > 0"
shows "" "SELECT 'ou=bremen', $admin WHERE :key > 0"
shows "" "SELECT $admin, 'ou=bremen' WHERE :key IS NULL"
shows "$bremens" "SELECT role, position FROM roles WHERE person = 20 AND ? IS NOT NULL"
for type in int smallint bigint numeric text varchar 'char(1)' name; do shows "$bremens" "SELECT $admin::name, '1'::$type WHERE :key > 0"; done
for type in bytea json 'text[]' bool bit float8 oid inet; do
    case $type in
        json | bit | float8 | oid) users=$bremens ;;
        *) users= ;;
    esac
    value=1
    [ "$type" != 'text[]' ] || value='{1}'
    [ "$type" != inet ] || value=1.2.3.4
    shows "$users" "SELECT $admin::varchar(40), '$value'::$type WHERE :key > 0"
done
shows "" "SELECT 1, 2 WHERE :key > 0"
shows "" "SELECT $admin::bytea, 'ou=bremen' WHERE :key > 0"
shows "$bremens" "SELECT $admin AS position, 'ou=bremen' AS position WHERE :key > 0"
fails "SELECT $admin WHERE :key > 0"
logged roles-unreadable 'the query does not return two columns, the role and the position'
fails "SELECT $admin, 'ou=bremen', 'ou=berlin' WHERE :key > 0"
fails "SELECT FROM roles WHERE person = :key"
fails "SELECT role, position FROM nosuch WHERE person = :key"
logged roles-unreadable 'relation "nosuch" does not exist'
fails "SELECT $admin, (1 / (:key - 30))::text"
fails "SELECT $admin, 'ou=bremen' WHERE :key = 'x' || :key::int"
fails "SELEC role FROM roles WHERE person = :key"
fails "DELETE FROM roles WHERE person = :key RETURNING role, position"
fails "SELECT $admin, pg_sleep(30)::text WHERE :key > 0"
fails "WITH RECURSIVE r(n) AS (SELECT :key::bigint UNION ALL SELECT n + 1 FROM r) SELECT $admin, max(n)::text FROM r"
same "$assignments" "$(q 'SELECT count(*) FROM roles')" "the number of assignments afterward"
CODE=80 roles_by "SELECT $admin, 'ou=bremen'"
CODE=80 roles_by "SELECT $admin, 'ou=bremen' WHERE :id = 1"
CODE=80 roles_by "SELECT $admin, 'ou=bremen' WHERE :key > 0; SELECT 1"
roles_by "$(delegation_assignments | sed -n '/^pgsql-roles users/,/^pgsql-roles groups/p' | sed '$d; s/^pgsql-roles users//' | xargs -d '\n')"
same "$bremens" "$(seen brad)" "what brad sees with the right query again"

# Actors that no row knows.
same "$everybody" "$(search -D "cn=admin,$base" -w admin -b "$base" '(uid=*)' uid | sed -n 's/^uid: //p' | sort | xargs)" "what the rootdn sees"
nothing_but_suffix() { # WHAT COMMAND OPTION…
    expect 0 "${@:2}" -LLL -o ldif-wrap=no -b "$base" 1.1
    same "dn: $base" "$(grep . <<<"$OUT")" "what $1 sees"
    expect 32 "${@:2}" -b "uid=ann,ou=bremen,$base"
}
nothing_but_suffix "anonymous" ldapsearch -x -H "$URI"
nothing_but_suffix "the rootdn of another database" ldapsearch -x -H "$URI" -D cn=admin,dc=other -w admin
nothing_but_suffix "the administrator of cn=config" ldapsearch -x -H "$URI" -D cn=config -w config
nothing_but_suffix "SASL EXTERNAL" ldapsearch -Q -Y EXTERNAL -H "$local_uri"
for dn in "uid=nosuch,$base" "uid=ann,ou=nowhere,$base" "cn=brad,$base" "uid=brad,ou=bremen,$base" "uid=brad,ou=berlin,$base" \
    "ou=bremen,$base" "cn=gb,ou=bremen,$base" "$base"; do
    nothing_but_suffix "$dn" ldapsearch -x -H "$URI" -D "cn=admin,$base" -w admin -e "!authzid=dn:$dn"
done
same "$bremens" \
    "$(search -D "cn=admin,$base" -w admin -e "!authzid=dn: UID = Brad , $base" -b "$base" '(uid=*)' uid | sed -n 's/^uid: //p' | sort | xargs)" \
    "what is seen as brad, in another spelling"
printf '%s\n' 'dn: cn=config' 'changetype: modify' 'replace: olcAuthzRegexp' \
    "olcAuthzRegexp: \"^gidNumber=.*uidNumber=$EUID,cn=peercred.*\" \"uid=brad,$base\"" |
    expect 0 as_config ldapmodify
expect 0 ldapsearch -Q -Y EXTERNAL -H "$local_uri" -LLL -b "$base" '(uid=*)' uid
same "$bremens" "$(sed -n 's/^uid: //p' <<<"$OUT" | sort | xargs)" "what SASL EXTERNAL sees as brad"
# One whose row is deleted or renamed has no roles any more, also not by a namesake at another place.
q "UPDATE people SET login = 'old' WHERE id = 20"
nothing_but_suffix "brad after a rename" ldapsearch -x -H "$URI" -D "cn=admin,$base" -w admin -e "!authzid=dn:uid=brad,$base"
q "UPDATE people SET login = 'brad', unit = 4 WHERE id = 20"
nothing_but_suffix "brad after a move" ldapsearch -x -H "$URI" -D "cn=admin,$base" -w admin -e "!authzid=dn:uid=brad,$base"

# Everything includes what another role permits for unprivileged targets only.
roles_by "SELECT role, position FROM roles WHERE person = :key"
q "INSERT INTO roles VALUES (3, 'careful', 'ou=bremen')"
assign "'domain-administrator', NULL"
expect 0 as lost ldappasswd -s fresh "uid=sven,ou=steintor,ou=bremen,$base"
# The log names some of 10,000 rows that assign nothing, not all.
[ "$lines" -lt 200 ] || fail "10,000 rows are $lines lines in the log"
