#!/bin/bash
# Programs with python3-ldap3 get the results, controls and entries that back-mdb gives them.
. "$(dirname "$0")/writers.sh"
. "$TESTS/lib/mdb.sh"
# Debian's own Python, which has Debian's module.
/usr/bin/python3 -c 'import ldap3' 2>/dev/null || skip "python3-ldap3 is missing; packaging/setup --tests installs it"
start_postgres
q 'CREATE TABLE people (uid text PRIMARY KEY, names text[] NOT NULL, family text[] NOT NULL, number int NOT NULL, primary_group int NOT NULL DEFAULT 100,
       home text NOT NULL, shell text, mails text[], phones text[], notes text[], boss text, employee varchar(8), photo bytea, pass text);
   CREATE TABLE teams (name text PRIMARY KEY, gid int NOT NULL UNIQUE);
   CREATE TABLE team_people (team text REFERENCES teams ON UPDATE CASCADE ON DELETE CASCADE, who text, PRIMARY KEY (team, who));
   GRANT SELECT, INSERT, UPDATE, DELETE ON people, teams, team_people TO ldap'
rules() {
    cat <<END
access to attrs=userPassword by self =xw by * auth
access to attrs=mail by self write by * read
access to dn.base="uid=hid,ou=people,$base" by * none
access to * by * read
END
}
{
    base_conf | sed 's/^moduleload back_pgsql/&\nmoduleload back_mdb\nmoduleload sssvlv/'
    cat <<END
database pgsql
suffix "$base"
rootdn "cn=admin,$base"
rootpw admin
pgsql-uri postgres://ldap:ldap@127.0.0.1:$PGPORT/manager
pgsql-kind people container=ou=people rdn=uid class=top,inetOrgPerson,posixAccount password=pass
pgsql-list people SELECT uid, names AS cn, family AS sn, number AS "uidNumber", primary_group AS "gidNumber", home AS "homeDirectory",
  shell AS "loginShell", mails AS mail, phones AS "telephoneNumber", notes AS description, boss AS manager, employee AS "employeeNumber",
  photo AS "jpegPhoto", pass FROM people
pgsql-write people operations=add,modify,rename,delete
pgsql-kind teams container=ou=groups rdn=cn class=top,posixGroup
pgsql-list teams SELECT name AS cn, gid AS "gidNumber" FROM teams
pgsql-values teams memberUid SELECT team AS cn, who FROM team_people
pgsql-write teams operations=add,modify,rename,delete memberships=strict
pgsql-add-values teams memberUid INSERT INTO team_people SELECT :key, unnest(:values::text[])
pgsql-delete-values teams memberUid DELETE FROM team_people WHERE team = :key AND who = ANY(:values)
pgsql-password-hash m=64 t=1 p=1
END
    rules
    echo 'overlay sssvlv'
    twin_conf
    rules | as_twin
    echo 'overlay sssvlv'
} >"$T/slapd.conf"
start_slapd "$T/slapd.conf"
settled
not_logged writes-unusable
expect 0 bounded /usr/bin/python3 "$CLIENTS/ldap3_writes.py" "$URI"
say "$OUT"

same "Rob|bob|2001
ann|ann|2004
eve|eve|2003
hid|hid|2002" "$(q 'SELECT uid, lower(names[1]), number FROM people ORDER BY uid')" "the rows"
start_sssd "$URI"
sees 'ann:*:2004:300:Ann:/home/ann:/bin/bash' in_sssd getent passwd ann
sees 'uid=2004(ann) gid=300(team) groups=300(team)' in_sssd id ann
sees 'team:*:300:ann,bob,eve' in_sssd getent group team
sees '' in_sssd getent passwd hid
expect 0 login ann fifth
lacks "$(<"$T/slapd.log")" 'permission denied'
