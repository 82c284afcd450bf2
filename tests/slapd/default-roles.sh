# schema/default-roles.conf and default-roles.ldif have the same six roles, which permit what their comments say.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/tree.sh"
. "$TESTS/lib/roles.sh"
start_postgres
roles_tables
q "CREATE TABLE hosts (id int PRIMARY KEY DEFAULT nextval('ids'), unit int, name text NOT NULL, number int NOT NULL);
   CREATE TABLE host_members (team int, host int);
   INSERT INTO hosts VALUES (30, 1, 'pc1', 3001), (31, 3, 'pc2', 3002); GRANT SELECT, INSERT, UPDATE, DELETE ON hosts, host_members TO ldap;
   INSERT INTO people (id, unit, login, number, pass) SELECT 25, NULL, 'lin', 1025, pass FROM people LIMIT 1;
   INSERT INTO teams VALUES (4, 1, 'priv', 2004);
   DELETE FROM roles;
   INSERT INTO roles VALUES ('brad', 'organizational-unit-admin', 'ou=bremen'), ('hugo', 'helpdesk-operator', 'ou=bremen'),
     ('hank', 'organizational-unit-admin', 'ou=berlin'), ('self', 'domain-user', NULL), ('self', 'self-service-profile', NULL),
     ('lin', 'linux-ou-client-manager', 'ou=bremen');
   UPDATE team_roles SET role = 'domain-administrator'; INSERT INTO team_roles VALUES (4, 'domain-administrator', NULL)"
without_roles() {
    roles_conf | sed -e '/^pgsql-role/,$d' -e '/^pgsql-values groups/,/^pgsql-private/d' -e '/^pgsql-lookup/,/JOIN people/d' \
        -e '/^pgsql-\(add\|delete\)-values/d' -e 's/rank AS title/rank AS "employeeType"/'
    cat <<'END_OF_CONF'
pgsql-private-groups off
pgsql-kind computers rdn=uid class=top,account,posixAccount key=id parent=units:unit
pgsql-list computers
  SELECT id, unit, name AS uid, name AS cn, number AS "uidNumber", number AS "gidNumber", '/' AS "homeDirectory" FROM hosts
pgsql-write computers operations=add,modify,rename,delete
pgsql-values groups memberUid SELECT m.team AS id, p.login AS "memberUid" FROM members m JOIN people p ON p.id = m.person
  UNION ALL SELECT m.team, h.name FROM host_members m JOIN hosts h ON h.id = m.host
pgsql-add-values groups memberUid
  WITH a AS (INSERT INTO members SELECT :key, id FROM people WHERE login = ANY(:values) RETURNING 1),
    b AS (INSERT INTO host_members SELECT :key, id FROM hosts WHERE name = ANY(:values) RETURNING 1)
  SELECT 1 FROM a UNION ALL SELECT 1 FROM b
pgsql-delete-values groups memberUid
  WITH a AS (DELETE FROM members WHERE team = :key AND person IN (SELECT id FROM people WHERE login = ANY(:values)) RETURNING 1),
    b AS (DELETE FROM host_members WHERE team = :key AND host IN (SELECT id FROM hosts WHERE name = ANY(:values)) RETURNING 1)
  SELECT 1 FROM a UNION ALL SELECT 1 FROM b
END_OF_CONF
}
users='SELECT role, position FROM roles WHERE login = $1
  UNION ALL SELECT r.role, r.position FROM team_roles r JOIN members m USING (team) JOIN people p ON p.id = m.person WHERE p.login = $1'
groups='SELECT r.role, r.position FROM team_roles r WHERE r.team = :key'

seen() { # ACTOR FILTER
    as "$1" ldapsearch -LLL -o ldif-wrap=no -b "$base" "$2" 1.1 | sed -n 's/^dn: //p' | sed "s/,\?$base\$//; s/^\$/-/" | sort | paste -sd ' '
}
change() { expect "$1" as "$2" ldapmodify <<<"$(printf '%s\n' "${@:3}")"; } # CODE ACTOR LINE…
bremen=ou=bremen,$base berlin=ou=berlin,$base
check() {
    same 12 "$(seen boss '(objectClass=inetOrgPerson)' | grep -o uid= | wc -l)" "the users that boss sees"
    expect 0 as boss ldappasswd -s secret "uid=hank,$bremen"
    # Administrators of units: no role attributes, and no changes of entries with more rights.
    local mine='uid=ann,ou=Bremen uid=dora,ou=a\2C b \2B c,ou=Steintor,ou=Bremen uid=hank,ou=Bremen uid=self,ou=Bremen'
    same "$mine uid=sven,ou=Steintor,ou=Bremen" "$(seen brad '(uid=*)')" "brad's users"
    change 0 brad "dn: uid=ann,$bremen" 'replace: mail' 'mail: new@example.com'
    change 50 brad "dn: uid=ann,$bremen" 'replace: employeeType' 'employeeType: chief'
    lacks "$(as brad ldapsearch -LLL -b "uid=ann,$bremen")" employeeType
    change 50 brad "dn: uid=hank,$bremen" 'replace: mail' 'mail: x@example.com'
    expect 50 as brad ldapdelete "uid=hank,$bremen"
    change 0 brad "dn: cn=gb,$bremen" 'add: memberUid' 'memberUid: sven'
    change 0 brad "dn: cn=gb,$bremen" 'delete: memberUid' 'memberUid: sven'
    change 50 brad "dn: cn=priv,$bremen" 'add: memberUid' 'memberUid: ann'
    # The help desk.
    expect 0 as hugo ldappasswd -s secret "uid=ann,$bremen"
    expect 1 as hugo ldappasswd -s secret "uid=hank,$bremen"
    contains "$OUT$ERR" '(50)'
    change 50 hugo "dn: uid=ann,$bremen" 'replace: mail' 'mail: x@example.com'
    same 'cn=gb,ou=Bremen cn=priv,ou=Bremen' "$(seen hugo '(objectClass=posixGroup)')" "hugo's groups"
    lacks "$(as hugo ldapsearch -LLL -b "$bremen" '(uid=ann)')" uidNumber
    lacks "$(as hugo ldapsearch -LLL -b "cn=gb,$bremen")" gidNumber
    # Administrators of computers.
    same uid=pc1,ou=Bremen "$(seen lin '(uid=*)')" "lin's computers"
    change 0 lin "dn: uid=pc3,$bremen" 'changetype: add' 'objectClass: account' 'objectClass: posixAccount' 'uid: pc3' 'cn: pc3' \
        'uidNumber: 3003' 'gidNumber: 3003' 'homeDirectory: /'
    change 0 lin "dn: cn=gb,$bremen" 'add: memberUid' 'memberUid: pc3'
    same pc3 "$(as lin ldapsearch -LLL -b "cn=gb,$bremen" memberUid | sed -n 's/^memberUid: //p')" "the members that lin sees"
    change 0 lin "dn: cn=gb,$bremen" 'delete: memberUid' 'memberUid: pc3'
    change 50 lin "dn: cn=priv,$bremen" 'add: memberUid' 'memberUid: pc3'
    change 50 lin "dn: cn=gb,$bremen" 'replace: gidNumber' 'gidNumber: 7'
    expect 32 as lin ldapdelete "uid=pc2,$berlin"
    expect 0 as lin ldapdelete "uid=pc3,$bremen"
    expect 32 as lin ldapsearch -b "uid=ann,$bremen"
    # The own entry.
    same uid=self,ou=Bremen "$(seen self '(uid=*)')" "what self sees"
    change 0 self "dn: uid=self,$bremen" 'replace: mail' 'mail: mine@example.com'
    change 50 self "dn: uid=self,$bremen" 'replace: employeeType' 'employeeType: chief'
    change 50 self "dn: uid=self,$bremen" 'replace: uidNumber' 'uidNumber: 0'
}

# The files have the same rules.
conf=$PROJECT/schema/default-roles.conf ldif=$PROJECT/schema/default-roles.ldif
rules=$(sed -n 's/^pgsql-role //p' "$conf")
same "$rules" "$(sed -n 's/^olcPgRole: //p' "$ldif")" "the rules in default-roles.ldif"
same 6 "$(cut -d ' ' -f 1 <<<"$rules" | sort -u | wc -l)" "the number of roles"

without_roles >"$T/slapd.conf"
mkdir "$T/slapd.d"
expect 0 "${PRELOAD[@]}" slaptest -f "$T/slapd.conf" -F "$T/slapd.d"
printf '%s\n' "pgsql-roles users $users" "pgsql-roles groups $groups" "include $conf" >>"$T/slapd.conf"
expect 1 "${PRELOAD[@]}" slaptest -f "$T/slapd.conf"
contains "$OUT$ERR" 'no access rule asks for roles'
roles_conf | grep ^access >>"$T/slapd.conf"
start_slapd "$T/slapd.conf"
settled
check
stop_slapd

# The same online.
start_slapd "$T/slapd.d"
settled
{
    sed '/^olcPgRoles:/,$d' "$ldif"
    printf '%s\n' "olcPgRoles: users ${users//$'\n'/ }" "olcPgRoles: groups $groups"
    sed '1,/^olcPgRoles:/d' "$ldif"
} >"$T/roles.ldif"
expect 0 as_config ldapmodify -f "$T/roles.ldif"
check
