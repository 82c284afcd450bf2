# write-trees.sh: tables, directives, rules and entries of trees for writes.sh: units below each other, with users, groups and roles.

# tree: keys are integers, but teams have none; no constraint helps.
tree_tables() {
    cat <<'END'
CREATE TABLE units (id serial PRIMARY KEY, above int, name text NOT NULL, note varchar(60), boss text, phones text[]);
CREATE TABLE people (id serial PRIMARY KEY, unit int, uid text NOT NULL, cn text NOT NULL, family varchar(60) NOT NULL, given text,
    number int NOT NULL, primary_group int NOT NULL, home text NOT NULL, shell varchar(60), employee text, shown text, boss text,
    mails text[], phones text[], notes text[], badges int[], photo bytea, hired timestamptz, active boolean, pass text);
CREATE TABLE teams (id serial PRIMARY KEY, unit int, name text NOT NULL UNIQUE, gid int NOT NULL, note varchar(60));
CREATE TABLE team_members (team int NOT NULL REFERENCES teams ON DELETE CASCADE, who text NOT NULL, PRIMARY KEY (team, who));
CREATE TABLE roles (id serial PRIMARY KEY, unit int, name text NOT NULL, note varchar(60));
CREATE TABLE role_holders (role int NOT NULL REFERENCES roles ON DELETE CASCADE, dn text NOT NULL, PRIMARY KEY (role, dn));
END
}

# tree-statements: keys are of other types, and constraints forbid what must not be. Roles are below teams.
tree-statements_tables() {
    cat <<'END'
CREATE TABLE units (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), above uuid REFERENCES units, name text NOT NULL, note varchar(60), boss text,
    phones text[]);
CREATE TABLE people (id bigserial PRIMARY KEY, unit uuid REFERENCES units, uid text NOT NULL, cn text NOT NULL, family varchar(60) NOT NULL,
    given text, number int NOT NULL, primary_group int NOT NULL, home text NOT NULL, shell varchar(60), employee text, shown text, boss text,
    mails text[], phones text[], notes text[], badges int[], photo bytea, hired timestamptz, active boolean, pass text);
CREATE UNIQUE INDEX ON people (lower(uid));
CREATE TABLE teams (id text PRIMARY KEY DEFAULT 'Team, ' || gen_random_uuid(), unit uuid REFERENCES units, name text NOT NULL, gid int NOT NULL,
    note varchar(60));
CREATE TABLE team_members (team text NOT NULL REFERENCES teams ON DELETE CASCADE, who text NOT NULL, PRIMARY KEY (team, who));
CREATE TABLE roles (id serial PRIMARY KEY, team text REFERENCES teams, name text NOT NULL, note varchar(60));
CREATE TABLE role_holders (role int NOT NULL REFERENCES roles ON DELETE CASCADE, dn text NOT NULL, PRIMARY KEY (role, dn));
CREATE UNIQUE INDEX ON units (name, coalesce(above::text, ''));
CREATE UNIQUE INDEX ON teams (name, coalesce(unit::text, ''));
CREATE UNIQUE INDEX ON roles (name, coalesce(team, ''));
END
}

role_values() {
    cat <<'END'
pgsql-values roles roleOccupant SELECT role AS id, dn FROM role_holders
pgsql-write roles operations=add,modify,rename,delete memberships=strict
pgsql-add-values roles roleOccupant INSERT INTO role_holders SELECT :key, v FROM unnest(:values::text[]) v
pgsql-delete-values roles roleOccupant DELETE FROM role_holders WHERE role = :key AND dn = ANY (:values::text[])
END
}

tree_kinds() {
    cat <<'END'
pgsql-kind units rdn=ou class=top,organizationalUnit key=id parent=above
pgsql-list units SELECT id, above, name AS ou, note AS description, boss AS "seeAlso", phones AS "telephoneNumber" FROM units
pgsql-write units operations=add,modify,rename,delete
pgsql-kind people container=ou=people rdn=uid class=top,inetOrgPerson,posixAccount,employee password=pass key=id parent=units:unit
pgsql-list people SELECT id, unit, uid, cn, family AS sn, given AS "givenName", number AS "uidNumber", primary_group AS "gidNumber",
  home AS "homeDirectory", shell AS "loginShell", employee AS "employeeNumber", shown AS "displayName", boss AS "seeAlso",
  mails AS mail, phones AS "telephoneNumber", notes AS description, badges AS badge, photo AS "jpegPhoto", hired AS "hiredAt",
  active, pass FROM people
pgsql-write people operations=add,modify,rename,delete
pgsql-kind teams container=ou=teams rdn=cn class=top,groupOfMembers,posixGroup parent=units:unit
pgsql-list teams SELECT unit, name AS cn, gid AS "gidNumber", note AS description FROM teams
pgsql-values teams memberUid SELECT t.name AS cn, m.who FROM teams t JOIN team_members m ON m.team = t.id
pgsql-write teams operations=add,modify,rename,delete memberships=strict
pgsql-add-values teams memberUid INSERT INTO team_members SELECT t.id, v FROM teams t, unnest(:values::text[]) v WHERE t.name = :key
pgsql-delete-values teams memberUid DELETE FROM team_members m USING teams t
  WHERE m.team = t.id AND t.name = :key AND m.who = ANY (:values::text[])
pgsql-kind roles container=ou=teams rdn=cn class=top,organizationalRole key=id parent=units:unit
pgsql-list roles SELECT id, unit, name AS cn, note AS description FROM roles
END
    role_values
}

# The kinds users and groups: groups have members by DN as well. What is read is cached.
tree-statements_kinds() {
    cat <<'END'
pgsql-cache 16
pgsql-private-groups off
pgsql-kind units rdn=ou class=top,organizationalUnit key=id parent=above
pgsql-list units SELECT id, above, name AS ou, note AS description, boss AS "seeAlso", phones AS "telephoneNumber" FROM units
pgsql-add-entry units INSERT INTO units (above, name, note, boss, phones) VALUES (:parent, :ou, :description, :seeAlso, :telephoneNumber)
pgsql-modify-entry units UPDATE units SET name = :ou, note = :description, boss = :seeAlso, phones = :telephoneNumber WHERE id = :key
pgsql-rename-entry units UPDATE units SET above = :parent, name = :ou WHERE id = :key
pgsql-delete-entry units DELETE FROM units WHERE id = :key
pgsql-kind users container=ou=people class=top,inetOrgPerson,posixAccount,employee password=pass key=id parent=units:unit
pgsql-list users SELECT id, unit, uid AS username, cn AS full_name, family AS last_name, given AS first_name, number AS uid_number,
  primary_group AS gid_number, home AS home_directory, shell AS login_shell, employee AS "employeeNumber", shown AS "displayName",
  boss AS "seeAlso", mails AS mail, phones AS "telephoneNumber", notes AS description, badges AS badge, photo AS "jpegPhoto",
  hired AS "hiredAt", active, pass FROM people
pgsql-attribute users gecos default=
pgsql-attribute users mail default=
pgsql-attribute users loginShell default=
pgsql-attribute users cn default=
pgsql-attribute users sn default=
pgsql-attribute users homeDirectory default=
pgsql-add-entry users INSERT INTO people (unit, uid, cn, family, given, number, primary_group, home, shell, employee, shown, boss, mails,
    phones, notes, badges, photo, hired, active, pass)
  VALUES (:parent, :uid, :cn, :sn, :givenName, :uidNumber, :gidNumber, :homeDirectory, :loginShell, :employeeNumber, :displayName, :seeAlso,
    :mail, :telephoneNumber, :description, :badge, :jpegPhoto, :hiredAt, :active, :userPassword)
pgsql-modify-entry users UPDATE people SET uid = :uid, cn = :cn, family = :sn, given = :givenName, number = :uidNumber,
    primary_group = :gidNumber, home = :homeDirectory, shell = :loginShell, employee = :employeeNumber, shown = :displayName,
    boss = :seeAlso, mails = :mail, phones = :telephoneNumber, notes = :description, badges = :badge, photo = :jpegPhoto,
    hired = :hiredAt, active = :active, pass = :userPassword
  WHERE id = :key
pgsql-rename-entry users UPDATE people SET uid = :uid, unit = :parent WHERE id = :key
pgsql-delete-entry users DELETE FROM people WHERE id = :key
pgsql-kind groups container=ou=teams class=top,groupOfMembers,posixGroup key=id parent=units:unit
pgsql-list groups SELECT id, unit, name, gid AS gid_number, note AS description FROM teams
pgsql-values groups memberUid SELECT team AS id, who FROM team_members
pgsql-write groups memberships=strict
pgsql-add-entry groups INSERT INTO teams (unit, name, gid, note) VALUES (:parent, :cn, :gidNumber, :description)
pgsql-modify-entry groups UPDATE teams SET name = :cn, gid = :gidNumber, note = :description WHERE id = :key
pgsql-rename-entry groups UPDATE teams SET name = :cn, unit = :parent WHERE id = :key
pgsql-delete-entry groups DELETE FROM teams WHERE id = :key
pgsql-add-values groups memberUid INSERT INTO team_members SELECT :key, v FROM unnest(:values::text[]) v
pgsql-delete-values groups memberUid DELETE FROM team_members WHERE team = :key AND who = ANY (:values::text[])
pgsql-kind roles container=ou=roles rdn=cn class=top,organizationalRole key=id parent=groups:team
pgsql-list roles SELECT id, team, name AS cn, note AS description FROM roles
pgsql-add-entry roles INSERT INTO roles (team, name, note) VALUES (:parent, :cn, :description)
pgsql-modify-entry roles UPDATE roles SET name = :cn, note = :description WHERE id = :key
pgsql-rename-entry roles UPDATE roles SET name = :cn, team = :parent WHERE id = :key
pgsql-delete-entry roles DELETE FROM roles WHERE id = :key
END
    role_values
}

# Few rights: ann writes in Bremen, bob takes from it, carl writes in Berlin and at the top. Only the boss sees some entries.
tree_rules_narrow() {
    cat <<'END'
access to attrs=userPassword by * auth
access to dn.regex="^uid=hid,(.+,)?dc=example,dc=com$" by dn.exact="uid=boss,ou=people,dc=example,dc=com" write by * none
access to dn.regex="^(.+,)?ou=secret,(.+,)?dc=example,dc=com$" by dn.exact="uid=boss,ou=people,dc=example,dc=com" write by * none
access to dn.base="ou=Steintor,ou=Bremen,dc=example,dc=com" attrs=children by dn.exact="uid=boss,ou=people,dc=example,dc=com" write
  by dn.exact="uid=ann,ou=Bremen,dc=example,dc=com" delete by dn.exact="uid=bob,ou=Steintor,ou=Bremen,dc=example,dc=com" add by * read
access to dn.subtree="ou=Bremen,dc=example,dc=com" attrs=children by dn.exact="uid=boss,ou=people,dc=example,dc=com" write
  by dn.subtree="ou=Bremen,dc=example,dc=com" write by dn.onelevel="ou=Berlin,dc=example,dc=com" add by * read
access to dn.onelevel="ou=Bremen,dc=example,dc=com" attrs=entry by dn.exact="uid=boss,ou=people,dc=example,dc=com" write
  by dn.exact="uid=ann,ou=Bremen,dc=example,dc=com" write by dn.exact="uid=bob,ou=Steintor,ou=Bremen,dc=example,dc=com" delete by * read
access to dn.children="ou=Berlin,dc=example,dc=com" attrs=entry,children by dn.exact="uid=boss,ou=people,dc=example,dc=com" write
  by dn.exact="uid=carl,ou=Berlin,dc=example,dc=com" write by dn.exact="uid=ann,ou=Bremen,dc=example,dc=com" write by * read
access to dn.base="dc=example,dc=com" attrs=children by dn.exact="uid=boss,ou=people,dc=example,dc=com" write
  by dn.exact="uid=carl,ou=Berlin,dc=example,dc=com" write by dn.exact="uid=ann,ou=Bremen,dc=example,dc=com" add by * read
access to dn.onelevel="dc=example,dc=com" attrs=entry,children,ou by dn.exact="uid=boss,ou=people,dc=example,dc=com" write
  by dn.exact="uid=carl,ou=Berlin,dc=example,dc=com" write by * read
access to filter=(objectClass=posixAccount) attrs=entry,uid by dn.exact="uid=boss,ou=people,dc=example,dc=com" write
  by dn.exact="uid=ann,ou=Bremen,dc=example,dc=com" write by * read
access to attrs=mail,telephoneNumber,badge by self write by dn.exact="uid=boss,ou=people,dc=example,dc=com" write by users read by * search
access to dn.subtree="ou=Bremen,dc=example,dc=com" attrs=description by dn.subtree="ou=Bremen,dc=example,dc=com" write by users search
access to attrs=memberUid,roleOccupant by dn.exact="uid=bob,ou=Steintor,ou=Bremen,dc=example,dc=com" write
  by dn.exact="uid=boss,ou=people,dc=example,dc=com" write by * read
access to * by dn.exact="uid=boss,ou=people,dc=example,dc=com" write by users read by * search
END
}

# Many rights; who holds a role has more of them, and the content of new entries is checked as well.
tree_rules_wide() {
    cat <<'END'
access to attrs=userPassword by * auth
access to dn.regex="^uid=hid,(.+,)?dc=example,dc=com$" attrs=entry by dn.exact="uid=boss,ou=people,dc=example,dc=com" write by * disclose
access to dn.regex="^(.+,)?ou=secret,(.+,)?dc=example,dc=com$" attrs=entry by dn.exact="uid=boss,ou=people,dc=example,dc=com" write by * disclose
access to dn.base="ou=Empty,dc=example,dc=com" attrs=children by users add by * read
access to dn.onelevel="ou=Berlin,dc=example,dc=com" attrs=entry,children by group/organizationalRole/roleOccupant.exact="cn=lead,ROLES,dc=example,dc=com" write
  by dn.exact="uid=boss,ou=people,dc=example,dc=com" write by users read by * search
access to dn.subtree="ou=Steintor,ou=Bremen,dc=example,dc=com" attrs=ou,cn,uid by dn.exact="uid=boss,ou=people,dc=example,dc=com" write
  by dn.exact="uid=ann,ou=Bremen,dc=example,dc=com" write by users read
access to attrs=uidNumber,gidNumber by dn.exact="uid=boss,ou=people,dc=example,dc=com" write by users read
access to attrs=seeAlso by dnattr=seeAlso write by users read
access to attrs=jpegPhoto by self =w by users none
access to attrs=memberUid,description by set="this/memberUid & user/uid" write by dn.exact="uid=boss,ou=people,dc=example,dc=com" write by users search
access to * by users write by * read
add_content_acl on
END
}

unit() { # NAME PARENT
    printf '%s\n' '' "dn: ou=$(sed 's/[,+#]/\\&/g' <<<"$1"),${2:+$2,}dc=example,dc=com" 'objectClass: top' 'objectClass: organizationalUnit' "ou: $1" 'description: a unit'
}
tree_entries() { # CONFIGURATION
    local at roles=ou=teams above=ou=Bremen
    [ "$1" = tree ] || roles=ou=roles above=cn=staff,ou=teams
    unit Bremen
    unit Steintor ou=Bremen
    unit 'a, b + c' ou=Steintor,ou=Bremen
    unit Berlin
    unit Steintor ou=Berlin
    unit secret ou=Berlin
    unit Empty
    at=ou=people number=5000
    for name in boss '#hash' 'two  blanks'; do person; done
    at=ou=Bremen
    for name in ann 'Jörg Müßig'; do person; done
    at=ou=Steintor,ou=Bremen name=bob && person
    at='ou=a\, b \+ c,ou=Steintor,ou=Bremen' name='dot,ted' && person
    at=ou=Berlin name=carl && person
    at=ou=Steintor,ou=Berlin name=hid && person
    at=ou=secret,ou=Berlin name=eve && person
    [ "$1" != tree ] || { at=ou=Berlin name=ann && person; }
    for name in 'staff,ou=teams' 'night shift,ou=Bremen'; do
        printf '%s\n' '' "dn: cn=$name,dc=example,dc=com" 'objectClass: top' 'objectClass: groupOfMembers' 'objectClass: posixGroup' "cn: ${name%,*}" \
            'gidNumber: 700' 'description: a team' 'memberUid: ann' 'memberUid: eve'
    done
    for name in "lead,$roles" "deputy,$above"; do
        printf '%s\n' '' "dn: cn=$name,dc=example,dc=com" 'objectClass: top' 'objectClass: organizationalRole' "cn: ${name%%,*}" \
            'roleOccupant: uid=ann,ou=Bremen,dc=example,dc=com' 'roleOccupant: uid=carl,ou=Berlin,dc=example,dc=com'
    done
}

# Every row has an entry: its parent exists, and no row is above itself.
check_rows() { # CONFIGURATION
    local lost above='unit NOT IN (SELECT id FROM units) AND unit'
    [ "$1" = tree ] || above='team NOT IN (SELECT id FROM teams) AND team'
    lost=$(q "WITH RECURSIVE reached AS (SELECT id, name FROM units WHERE above IS NULL UNION ALL SELECT u.id, u.name FROM units u JOIN reached r ON u.above = r.id)
        SELECT 'unit ' || name FROM units WHERE id NOT IN (SELECT id FROM reached)
        UNION ALL SELECT 'user ' || uid FROM people WHERE unit IS NOT NULL AND unit NOT IN (SELECT id FROM units)
        UNION ALL SELECT 'team ' || name FROM teams WHERE unit IS NOT NULL AND unit NOT IN (SELECT id FROM units)
        UNION ALL SELECT 'role ' || name FROM roles WHERE $above IS NOT NULL")
    [ -z "$lost" ] || { echo "  rows without an entry: ${lost//$'\n'/, }"; return 1; }
}

# What slapcat writes is accepted by another database of back-mdb, and is the same there.
check_slapcat() {
    local operational='^(structuralObjectClass|entryUUID|entryCSN|creatorsName|createTimestamp|modifiersName|modifyTimestamp):'
    rm -rf "$T/copy"
    mkdir "$T/copy"
    sed '/^database config/,$d' "$T/slapd.conf" >"$T/copy.conf"
    printf '%s\n' 'database mdb' 'suffix "dc=example,dc=com"' "directory $T/copy" 'maxsize 100000000' >>"$T/copy.conf"
    "${PRELOAD[@]}" slapcat -f "$T/slapd.conf" -b dc=example,dc=com -o ldif-wrap=no >"$T/slapcat.ldif" 2>"$T/slapcat.log" || { echo "  slapcat: $(tail -n 5 "$T/slapcat.log")"; return 1; }
    slapadd -f "$T/copy.conf" -l "$T/slapcat.ldif" 2>"$T/slapadd.log" || { echo "  slapadd: $(tail -n 5 "$T/slapadd.log")"; return 1; }
    slapcat -f "$T/copy.conf" -b dc=example,dc=com -o ldif-wrap=no 2>/dev/null | grep -vE "$operational" | entries >"$T/copied"
    grep -vE "$operational" "$T/slapcat.ldif" | entries >"$T/written"
    diff "$T/written" "$T/copied" >"$T/different" || { echo "  what slapadd makes of slapcat's output differs: $(head -c 400 "$T/different")"; return 1; }
}
