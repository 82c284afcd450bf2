# Clients write entries by configured statements, and members of groups by pairs of statements.
. "$(dirname "$0")/../lib.sh"
start_postgres
base=dc=example,dc=com
q 'CREATE TABLE people (id serial PRIMARY KEY, login text NOT NULL UNIQUE, surname text NOT NULL, note text, changed_by text, changed timestamptz);
   CREATE TABLE teams (id serial PRIMARY KEY, name text NOT NULL UNIQUE, gid int NOT NULL UNIQUE);
   CREATE TABLE team_people (team int REFERENCES teams ON DELETE CASCADE, person int REFERENCES people, PRIMARY KEY (team, person));
   GRANT SELECT, INSERT, UPDATE, DELETE ON people, teams, team_people TO ldap; GRANT USAGE ON people_id_seq, teams_id_seq TO ldap'
{
    base_conf
    cat <<END
database pgsql
suffix "$base"
rootdn "cn=admin,$base"
rootpw admin
pgsql-uri postgres://ldap:ldap@127.0.0.1:$PGPORT/manager
pgsql-kind people container=ou=people rdn=uid class=top,inetOrgPerson
pgsql-list people SELECT lower(login) AS uid, surname AS sn, surname AS cn, note AS description FROM people
pgsql-add-entry people INSERT INTO people (login, surname, note, changed_by) VALUES (:uid, :sn, 'note: '||:description, :actor)
pgsql-modify-entry people UPDATE people SET surname = :sn, note = :description, changed_by = :actor, changed = now()
  WHERE lower(login) = :key AND note IS NOT DISTINCT FROM :old.description
pgsql-rename-entry people UPDATE people SET login = :uid WHERE lower(login) = :old.uid
pgsql-delete-entry people DELETE FROM people WHERE lower(login) = :key
pgsql-write people accept=shadowAccount
pgsql-kind teams container=ou=teams rdn=cn class=top,posixGroup
pgsql-list teams SELECT name AS cn, gid AS "gidNumber" FROM teams
pgsql-values teams memberUid SELECT t.name AS cn, lower(p.login) AS uid FROM teams t JOIN team_people m ON m.team = t.id JOIN people p ON p.id = m.person
pgsql-write teams operations=add,modify,rename,delete memberships=strict
pgsql-add-values teams memberUid INSERT INTO team_people SELECT t.id, p.id FROM teams t, people p WHERE t.name = :key AND lower(p.login) = ANY(:values)
pgsql-delete-values teams memberUid DELETE FROM team_people m USING teams t, people p
  WHERE t.name = :key AND m.team = t.id AND m.person = p.id AND lower(p.login) = ANY(:values)
END
} >"$T/slapd.conf"
start_slapd "$T/slapd.conf"
settled
not_logged writes-unusable
as_admin() { "$1" -x -H "$URI" -D "cn=admin,$base" -w admin "${@:2}"; }
change() { expect "${CODE:-0}" as_admin ldapmodify <<<"$(printf '%s\n' "$@")"; } # LINE…
person() { q "SELECT login, surname, note, changed_by FROM people WHERE login = '$1'"; }
members() { q "SELECT string_agg(login, ' ' ORDER BY login) FROM people JOIN team_people ON person = people.id JOIN teams ON team = teams.id WHERE name = '$1'"; }

for name in ann bob cat; do
    change "dn: uid=$name,ou=people,$base" 'changetype: add' 'objectClass: inetOrgPerson' 'objectClass: shadowAccount' "uid: $name" 'sn: Smith' 'cn: Smith'
done
same "ann|Smith||cn=admin,$base" "$(person ann)" "the new row"
CODE=53 change "dn: uid=eve,ou=people,$base" 'changetype: add' 'objectClass: inetOrgPerson' 'objectClass: posixAccount' 'uid: eve' 'sn: E' 'cn: E' \
    'uidNumber: 1' 'gidNumber: 1' 'homeDirectory: /'
CODE=53 change "dn: uid=eve,ou=people,$base" 'changetype: add' 'objectClass: inetOrgPerson' 'uid: eve' 'sn: E' 'cn: E' 'mail: e@example.com'
change "dn: uid=ann,ou=people,$base" 'replace: description' 'description: of note' - 'replace: sn' 'sn: Archer'
same "ann|Archer|of note|cn=admin,$base" "$(person ann)" "the changed row"
change "dn: uid=ann,ou=people,$base" 'delete: description' 'description: of note'
same "ann|Archer||cn=admin,$base" "$(person ann)" "the row without the value"
# A statement that names no parameter for an attribute cannot store it.
CODE=19 change "dn: uid=ann,ou=people,$base" 'replace: cn' 'cn: other'
contains "$ERR" 'cn: the values are computed'
expect 0 as_admin ldapmodrdn -r "uid=cat,ou=people,$base" uid=carol
same "carol|Smith||cn=admin,$base" "$(person carol)" "the renamed row"

# Members are rows of another table.
change "dn: cn=team,ou=teams,$base" 'changetype: add' 'objectClass: posixGroup' 'cn: team' 'gidNumber: 100' 'memberUid: ann' 'memberUid: bob'
same "ann bob" "$(members team)" "the members of a new group"
change "dn: cn=team,ou=teams,$base" 'delete: memberUid' 'memberUid: ann' - 'add: memberUid' 'memberUid: carol'
same "bob carol" "$(members team)" "the members after a change"
CODE=20 change "dn: cn=team,ou=teams,$base" 'add: memberUid' 'memberUid: carol'
CODE=16 change "dn: cn=team,ou=teams,$base" 'delete: memberUid' 'memberUid: ann'
# A value that no row has: nothing is stored, not even the other change of the request.
CODE=19 change "dn: cn=team,ou=teams,$base" 'replace: gidNumber' 'gidNumber: 101' - 'add: memberUid' 'memberUid: nobody' 'memberUid: ann'
same "100|bob carol" "$(q "SELECT gid FROM teams")|$(members team)" "the group after a refused change"
change "dn: cn=team,ou=teams,$base" 'changetype: modrdn' 'newrdn: cn=crew' 'deleteoldrdn: 1'
same "bob carol" "$(members crew)" "the members of a renamed group"
change "dn: cn=crew,ou=teams,$base" 'replace: memberUid' 'memberUid: ann'
same "ann" "$(members crew)" "replaced members"
# A row that others refer to.
CODE=19 change "dn: uid=ann,ou=people,$base" 'changetype: delete'
change "dn: cn=crew,ou=teams,$base" 'changetype: delete'
change "dn: uid=ann,ou=people,$base" 'changetype: delete'
same "0|2" "$(q 'SELECT (SELECT count(*) FROM teams), (SELECT count(*) FROM people)')" "the rows at the end"

# A statement that would change several rows, or none, changes nothing.
stop_slapd
sed -i 's/ WHERE lower(login) = :key AND note.*/ WHERE lower(login) LIKE left(:key, 0) || chr(37)/; s/^pgsql-delete-entry people .*/pgsql-delete-entry people DELETE FROM people WHERE login = upper(:key)/' "$T/slapd.conf"
start_slapd "$T/slapd.conf"
CODE=53 change "dn: uid=bob,ou=people,$base" 'replace: sn' 'sn: Both'
logged write-refused 'the statement would change 2 rows instead of 1'
CODE=53 change "dn: uid=bob,ou=people,$base" 'changetype: delete'
same "Smith Smith" "$(q "SELECT string_agg(surname, ' ') FROM people")" "the rows after wrong statements"
