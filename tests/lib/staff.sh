# staff.sh: a table of staff, which clients write by statements that are made from its columns.

base=dc=example,dc=com
staff_table() {
    q 'CREATE TABLE staff (login text PRIMARY KEY, surname text NOT NULL, shown text NOT NULL, note text, number int, pass text);
       GRANT SELECT, INSERT, UPDATE, DELETE ON staff TO ldap'
}

staff_conf() { # the head of a slapd.conf; lines appended to it belong to the database
    base_conf
    cat <<END
database pgsql
suffix "$base"
rootdn "cn=admin,$base"
rootpw admin
pgsql-uri postgres://ldap:ldap@127.0.0.1:$PGPORT/manager
pgsql-kind staff container=ou=staff rdn=uid class=top,inetOrgPerson password=pass
pgsql-list staff SELECT login AS uid, surname AS sn, shown AS cn, note AS description, number AS "employeeNumber", pass FROM staff
pgsql-write staff operations=add,modify,rename,delete
pgsql-password-hash m=64 t=1 p=1
END
}

as_admin() { "$1" -x -H "$URI" -D "cn=admin,$base" -w admin "${@:2}"; }

# change LINE…: an LDIF change by the rootdn; its status is the result code.
change() { as_admin ldapmodify <<<"$(printf '%s\n' "$@")"; }
add_staff() { change "dn: uid=$1,ou=staff,$base" 'changetype: add' 'objectClass: inetOrgPerson' "uid: $1" "sn: $1" "cn: $1"; } # NAME
note_of() { q "SELECT note FROM staff WHERE login = '$1'"; }
