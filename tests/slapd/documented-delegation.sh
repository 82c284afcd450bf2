# The tables, roles, commands and answers in doc/delegation.md are those of a real slapd, and so are its statements.
. "$(dirname "$0")/../lib.sh"
start_postgres
. "$TESTS/lib/check.sh"
export SLAPTEST=$T/slaptest SLAPD_USER
SLAPD_USER=$(id -un)
page=$PROJECT/doc/delegation.md
free_port port # known before slapd starts, for commands
URI=ldap://127.0.0.1:$port
base=dc=example,dc=com bremen=ou=Bremen,$base

# block SECTION N: the Nth block of code below the heading, with this machine's paths, database and slapd.
block() {
    local found
    found=$(awk -v begin="$1" -v n="$2" '!code && /^#+ / { here = $0 ~ "^#+ " begin "$"; at = 0 } !here { next }
        /^```/ { code = !code; if (code) at++; next } code && at == n' "$page")
    [ -n "$found" ] || fail "delegation.md has no block $2 in the section $1"
    sed -E "s|postgres://[^ ]*|postgres://ldap:ldap@127.0.0.1:$PGPORT/manager|; s|/etc/ldap/schema/default|$PROJECT/schema/default|; s|/etc/ldap/|$T/|
        s|-x (.*)-D uid=([a-z]+)(.*) -W|-x \1-H $URI -D uid=\2\3 -w \2-secret|; s|slapd-pgsql-check|$PROJECT/packaging/&|; s|^slaptest|$SLAPTEST|" <<<"$found"
}
count=0
run() { # CODE SECTION N
    expect "$1" bash -c "$(block "$2" "$3")"
    count=$((count + 1))
}
as() { # NAME COMMAND OPTION…
    local dn=uid=$1,$base
    case $1 in
        fay | ivy) dn=uid=$1,$bremen ;;
        jan) dn=uid=jan,ou=Steintor,$bremen ;;
        gus | hal) dn=uid=$1,ou=Berlin,$base ;;
    esac
    "$2" -x -H "$URI" -D "$dn" -w "$1-secret" "${@:3}"
}
change() { expect "$1" as "$2" ldapmodify <<<"$(printf '%s\n' "${@:3}")"; } # CODE NAME LINE…
members() { q "SELECT string_agg(u.uid, ' ' ORDER BY u.uid) FROM \"UserGroups\" ug JOIN \"Users\" u USING (\"uidNumber\") WHERE ug.\"gidNumber\" = $1"; }
seen() { as "$1" ldapsearch -LLL -b $base "${@:2}" 1.1 | sed -n "s/^dn: //p" | sed "s/,\?$base\$//; s/^\$/-/" | xargs; } # NAME FILTER
serve() { # with the configuration in standard input
    { base_conf; cat; echo 'pgsql-password-hash m=64 t=1 p=1'; } >"$T/slapd.conf"
    start_slapd "$T/slapd.conf"
    settled
    not_logged writes-unusable
}

# The example.
four=$(block '2. Roles' 1)
same 4 "$(wc -l <<<"$four")" "the lines of SQL for roles"
q "$(block '1. Units' 1)"
q "$four; $(block '2. Roles' 2)"
run 0 '3. Configuration' 1
database=$(block '3. Configuration' 2)
serve <<<"$database"
run 0 '3. Configuration' 3
for n in 1 3; do
    run 0 '4. Use' $n
    same "$(block '4. Use' $((n + 1)))" "$(grep . <<<"$OUT")" "the answer to command $n"
done
run 32 '4. Use' 5
same "$(block '4. Use' 6)" "$(grep . <<<"$OUT$ERR")" "the answer about Berlin"
run 0 '4. Use' 7
same "$(block '4. Use' 8)" "$(grep . <<<"$OUT")" "what the help desk sees"
expect 0 ldapwhoami -x -H "$URI" -D "uid=jan,ou=Steintor,$bremen" -w new-secret
run 1 '4. Use' 9
contains "$OUT$ERR" "$(block '4. Use' 10)"
run 0 '4. Use' 11
contains "$OUT" organizational-unit-admin
contains "$OUT" permitted
line=$(block 'The log' 1 | tr '\n' ' ')
logged write-denied "$(sed 's/^\[write-denied\] //; s/ $//' <<<"$line")"

# Rules, targets and members.
same "- $(echo ou=Bremen ou=Steintor,ou=Bremen uid=fay,ou=Bremen uid=hal,ou=Berlin uid=ivy,ou=Bremen uid=jan,ou=Steintor,ou=Bremen cn=devs,ou=Bremen)" \
    "$(seen hal '(objectClass=*)')" "what hal sees"
contains "$(as hal ldapsearch -LLL -b $base '(uid=hal)')" 'mail: hal@example.com'
run 0 'Members that the client does not see' 1
same 'ann gus ivy' "$(members 2002)" "the members of devs"
change 19 carl "dn: cn=devs,$bremen" 'add: memberUid' 'memberUid: gus'
hidden=$ERR
change 19 carl "dn: cn=devs,$bremen" 'add: memberUid' 'memberUid: missing'
same "$hidden" "$ERR" "the text about a hidden and a missing member"
change 0 ann "dn: uid=fay,$bremen" 'replace: mail' 'mail: fay@example.net'
expect 0 as ann ldappasswd -s carl-secret "uid=carl,$base"
change 0 ivy "dn: uid=ivy,$bremen" 'replace: mail' 'mail: ivy.ironside@example.com'
change 50 carl "dn: uid=fay,$bremen" 'replace: mail' 'mail: fay@example.org'
change 50 ivy "dn: uid=ivy,$bremen" 'replace: sn' 'sn: Other'
change 50 ivy "dn: uid=ivy,$bremen" 'replace: userPassword' 'userPassword: ivy-secret'

# What is visible nevertheless: values that are taken.
person() { # NAME PARENT NUMBER
    printf '%s\n' "dn: uid=$1,$2" 'changetype: add' 'objectClass: inetOrgPerson' 'objectClass: posixAccount' "uid: $1" "cn: $1" "sn: $1" "givenName: $1" \
        "mail: $1@example.org" "uidNumber: $3" 'gidNumber: 2001' "homeDirectory: /home/$1" 'userPassword: first'
}
change 19 carl "$(person gus "$bremen" 3000)"
lacks "$ERR" Berlin
change 19 carl "$(person kim "$bremen" 2006)"
change 0 carl "$(person kim "$bremen" 3000)"
change 50 carl "$(person leo "$base" 3001)"
change 32 carl "$(person leo "ou=Berlin,$base" 3001)"
expect 0 ldapwhoami -x -H "$URI" -D "uid=kim,$bremen" -w first

# A group that gives roles is protected by pgsql-roles of groups.
q "INSERT INTO \"GroupRoles\" VALUES (2002, 'domain-administrator', '')"
change 50 carl "dn: cn=devs,$bremen" 'add: memberUid' 'memberUid: jan'
q 'DELETE FROM "GroupRoles" WHERE "gidNumber" = 2002'
# A role that is withdrawn.
q 'DELETE FROM "UserRoles" WHERE "uidNumber" = 2002'
same '- uid=carl' "$(seen carl '(objectClass=*)')" "what carl sees without the role"
stop_slapd

# Assignments by LDAP: as members of a group with roles, and as values of an attribute.
q "INSERT INTO \"UserRoles\" VALUES (2002, 'organizational-unit-admin', 'ou=Bremen'); $(block Assignments 1)"
serve < <(sed '/^access/d' <<<"$database"; block Assignments 2; grep ^access <<<"$database")
sysadmins() { change "$1" "$2" "dn: cn=sysadmins,$base" "$3: memberUid" 'memberUid: gus'; } # CODE NAME ACTION
sysadmins 32 carl add
sysadmins 0 ann add
contains "$(seen gus '(uid=*)')" uid=ivy,ou=Bremen
sysadmins 0 ann delete
run 0 Assignments 3
same 3 "$(grep -c ^dn: <<<"$OUT")" "the number of users with roles of their own"
contains "$OUT" 'employeeType: helpdesk-operator at ou=Bremen'
assign() { change "$1" "$2" "dn: uid=$3" "$4: employeeType" "employeeType: helpdesk-operator at $5"; } # CODE NAME USER ACTION POSITION
assign 0 ann "gus,ou=Berlin,$base" add ou=Berlin
contains "$(seen gus '(uid=*)')" uid=hal,ou=Berlin
assign 50 carl "ivy,$bremen" add ou=Bremen
same uid=carl "$(seen carl '(employeeType=*)')" "whose roles carl sees"
assign 0 ann "gus,ou=Berlin,$base" delete ou=Berlin
same uid=gus,ou=Berlin "$(seen gus '(uid=*)')" "what gus sees without the role"
stop_slapd
q 'DELETE FROM "UserRoles" WHERE "uidNumber" = 2002'

same "$(grep -c '^```sh$' "$page")" "$count" "the number of blocks of commands that ran"

# Positions, units that roles manage, and a service account with a role.
q "INSERT INTO \"UserRoles\" VALUES (2002, 'organizational-unit-admin', '1'), (2004, 'reader', NULL), (2000, 'helpdesk-operator', 'ou=nowhere');
   GRANT INSERT, UPDATE, DELETE ON \"Units\" TO ldap"
rules=$(block Positions 1; block Self-service 1; block 'Other access rules' 1)
serve < <(sed '/^access/d' <<<"$database"; printf '%s\n' "$rules"; grep ^access <<<"$database")
contains "$(seen carl '(uid=*)')" uid=ivy,ou=Bremen
change 0 carl "dn: ou=Harbor,$bremen" 'changetype: add' 'objectClass: organizationalUnit' 'ou: Harbor'
change 32 carl "dn: ou=Harbor,ou=Berlin,$base" 'changetype: add' 'objectClass: organizationalUnit' 'ou: Harbor'
expect 66 as carl ldapdelete "ou=Steintor,$bremen"
contains "$(seen hal '(ou=*)')" ou=Steintor,ou=Bremen
same "" "$(seen ivy '(ou=*)')" "the units that ivy sees"
change 0 ivy "dn: uid=ivy,$bremen" 'replace: userPassword' 'userPassword: ivy-secret'
contains "$(seen eve '(uid=*)')" uid=gus,ou=Berlin
change 50 eve "dn: uid=ivy,$bremen" 'replace: mail' 'mail: x@example.org'
expect 0 as ann ldapsearch -b $base 1.1
logged role-unusable 'helpdesk-operator at "ou=nowhere"'
stop_slapd

# Groups in groups: gus is a member of empty, which is in devs, which is in sysadmins.
q "$(block 'Groups in groups' 1); DELETE FROM \"UserGroups\" WHERE \"gidNumber\" = 2002 OR \"uidNumber\" = 2006;
   INSERT INTO \"UserGroups\" VALUES (2006, 2003, now(), now());
   INSERT INTO \"GroupGroups\" VALUES (2000, 2002), (2002, 2003), (2003, 2002)"
nested=$(block 'Groups in groups' 2)
nested+=$(printf '\n'; sed 's/^pgsql-roles groups/pgsql-roles users/; s/FROM "Groups" WHERE "gidNumber"/FROM "UserGroups" WHERE "uidNumber"/' <<<"$nested")
nested+=$'\n  UNION ALL SELECT role, position FROM "UserRoles" WHERE "uidNumber" = :key'
contains "$nested" 'FROM "UserGroups" WHERE "uidNumber" = :key'
serve < <(sed '/^pgsql-roles/,/^include/d' <<<"$database"; printf '%s\n' "$nested" "include $T/roles.conf")
contains "$(seen gus '(uid=*)')" uid=ann
change 50 carl "dn: cn=devs,$bremen" 'add: memberUid' 'memberUid: jan'
# Another access rule shows more, also names of members.
stop_slapd
serve < <(sed '/^pgsql-roles/,/^include/d; s/write by \* none$/write by users read/' <<<"$database"; printf '%s\n' "$nested" "include $T/roles.conf")
contains "$(seen ivy '(uid=*)')" uid=gus,ou=Berlin
change 50 ivy "dn: uid=gus,ou=Berlin,$base" 'replace: mail' 'mail: x@example.org'
