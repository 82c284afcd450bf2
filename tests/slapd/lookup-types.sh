# A lookup parameter of any type finds its rows, and other values match nothing.
. "$(dirname "$0")/../lib.sh"
start_postgres
base=dc=example,dc=com
q "CREATE EXTENSION citext;
   CREATE TABLE hosts (name text, address inet, number integer, small smallint, id uuid, place citext, code char(6));
   INSERT INTO hosts VALUES ('web', '10.0.0.1', 7, 3, '6ba7b810-9dad-11d1-80b4-00c04fd430c8', 'Cellar', 'abc'), ('db', '10.0.0.2', -8, NULL, NULL, NULL, NULL);
   CREATE TABLE owners (host integer, who integer); INSERT INTO owners VALUES (7, 2000), (-8, 2001);
   GRANT SELECT ON hosts, owners TO ldap"
columns='name AS cn, address AS "ipHostNumber", number AS "serialNumber", small AS "uidNumber", id AS "employeeNumber", place AS l, code AS street'
conf() {
    manager_conf
    echo 'pgsql-kind hosts container=ou=hosts rdn=cn class=top,device,ipHost,extensibleObject'
    echo "pgsql-list hosts SELECT $columns FROM hosts"
    local lookup
    for lookup in serialNumber:number uidNumber:small employeeNumber:id l:place street:code ipHostNumber:address; do
        echo "pgsql-lookup hosts ${lookup%:*} SELECT $columns FROM hosts WHERE ${lookup#*:} = ?"
        echo "pgsql-attribute hosts ${lookup%:*} compare=exact"
    done
    # By what the rows do not show.
    echo "pgsql-lookup hosts gidNumber SELECT $columns FROM hosts WHERE number IN (SELECT host FROM owners WHERE who = ?)"
}
conf >"$T/slapd.conf"
start_slapd "$T/slapd.conf"
found() { dns -b "ou=hosts,$base" -s one "$1" | sed -E 's/^cn=([^,]*),.*/\1/' | xargs; }
while read -r filter expected; do
    same "$expected" "$(found "$filter")" "$filter"
done <<'END_OF_FILTERS'
(serialNumber=7) web
(serialNumber=-8) db
(serialNumber=007)
(serialNumber=junk)
(serialNumber=99999999999)
(!(serialNumber=junk)) db web
(&(cn=web)(!(serialNumber=007))) web
(|(serialNumber=junk)(serialNumber=7)) web
(uidNumber=3) web
(uidNumber=70000)
(uidNumber=99999999999999999999)
(employeeNumber=6ba7b810-9dad-11d1-80b4-00c04fd430c8) web
(employeeNumber=6BA7B810-9DAD-11D1-80B4-00C04FD430C8) web
(employeeNumber=junk)
(l=cellar) web
(l=junk)
(street=abc) web
(street=a)
(gidNumber=2000) web
(gidNumber=99999999999)
(&(cn=db)(!(gidNumber=2000))) db
(&(cn=db)(!(gidNumber=99999999999))) db
(|(gidNumber=99999999999)(gidNumber=2001)) db
(ipHostNumber=10.0.0.1) web
(ipHostNumber=junk)
(|(ipHostNumber=junk)(ipHostNumber=10.0.0.2)) db
END_OF_FILTERS
lacks "$(<"$T/slapd.log")" "err=80"
logged lookup-unused 'pgsql-lookup hosts ipHostNumber: '
