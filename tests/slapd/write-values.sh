# Large, many and odd values, views with triggers, and columns that PostgreSQL fills.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/staff.sh"
start_postgres
q "CREATE TABLE hosts (id int GENERATED ALWAYS AS IDENTITY, name text UNIQUE NOT NULL, address text, short text GENERATED ALWAYS AS (left(name, 3)) STORED,
       ports text[], notes jsonb, serial int DEFAULT 7, picture bytea, seen date, active boolean, tag uuid);
   CREATE VIEW rooms AS SELECT name, address AS place FROM hosts WHERE short IS NOT NULL;
   CREATE TABLE real_desks (desk text PRIMARY KEY, owner text);
   CREATE VIEW desks AS SELECT upper(desk) AS desk, owner FROM real_desks;
   CREATE FUNCTION desk_change() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS \$\$ BEGIN
       IF TG_OP = 'INSERT' THEN INSERT INTO real_desks VALUES (lower(NEW.desk), NEW.owner); RETURN NEW;
       ELSIF TG_OP = 'UPDATE' THEN UPDATE real_desks SET desk = lower(NEW.desk), owner = NEW.owner WHERE desk = lower(OLD.desk); RETURN NEW;
       ELSE DELETE FROM real_desks WHERE desk = lower(OLD.desk); RETURN OLD; END IF; END \$\$;
   CREATE TRIGGER desk_change INSTEAD OF INSERT OR UPDATE OR DELETE ON desks FOR EACH ROW EXECUTE FUNCTION desk_change();
   GRANT SELECT, INSERT, UPDATE, DELETE ON hosts, rooms, desks TO ldap"
{
    base_conf
    cat <<END
attributetype ( 1.3.6.1.4.1.4203.666.11.910 NAME 'hostSeen' EQUALITY generalizedTimeMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.24 SINGLE-VALUE )
attributetype ( 1.3.6.1.4.1.4203.666.11.911 NAME 'hostActive' EQUALITY booleanMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.7 SINGLE-VALUE )
attributetype ( 1.3.6.1.4.1.4203.666.11.912 NAME 'hostTag' EQUALITY uuidMatch SYNTAX 1.3.6.1.1.16.1 SINGLE-VALUE )
objectclass ( 1.3.6.1.4.1.4203.666.11.913 NAME 'seenHost' SUP top AUXILIARY MAY ( hostSeen \$ hostActive \$ hostTag \$ jpegPhoto ) )
database pgsql
suffix "$base"
rootdn "cn=admin,$base"
rootpw admin
pgsql-uri postgres://ldap:ldap@127.0.0.1:$PGPORT/manager
pgsql-kind hosts container=ou=hosts rdn=cn class=top,device,seenHost
pgsql-list hosts SELECT name AS cn, address AS l, short AS ou, ports AS description, notes AS "seeAlso", serial AS "serialNumber", picture AS "jpegPhoto",
  seen AS "hostSeen", active AS "hostActive", tag AS "hostTag" FROM hosts
pgsql-write hosts operations=add,modify,rename,delete
pgsql-kind rooms container=ou=rooms rdn=cn class=top,device
pgsql-list rooms SELECT name AS cn, place AS l FROM rooms
pgsql-write rooms operations=add,modify,delete
pgsql-kind desks container=ou=desks rdn=cn class=top,device
pgsql-list desks SELECT desk AS cn, owner AS l FROM desks
pgsql-write desks operations=add,modify,rename,delete
END
} >"$T/slapd.conf"
start_slapd "$T/slapd.conf"
settled
not_logged writes-unusable
add() { expect "${CODE:-0}" change "dn: cn=$1,ou=${KIND:-hosts},$base" 'changetype: add' 'objectClass: device' "cn: $1" "${@:2}"; } # NAME LINE…
modify() { expect "${CODE:-0}" change "dn: cn=$1,ou=${KIND:-hosts},$base" "${@:2}"; }
shows() { search -b "cn=$1,ou=${KIND:-hosts},$base" -s base "$2" | sed -n "s/^$2:* //p" | sort | xargs; } # NAME ATTRIBUTE

# Columns that PostgreSQL fills, and types.
add web 'objectClass: seenHost' 'hostActive: TRUE' 'hostSeen: 20260102000000Z' 'hostTag: 12345678-1234-1234-1234-1234567890AB' 'seeAlso: cn=a' 'seeAlso: cn=b'
same '7|web|t|2026-01-02|12345678-1234-1234-1234-1234567890ab|["cn=a", "cn=b"]' \
    "$(q "SELECT serial, short, active, seen, tag, notes FROM hosts WHERE name = 'web'")" "the new row"
CODE=19 modify web 'replace: ou' 'ou: xyz'
modify web 'replace: ou' 'ou: web'
modify web 'replace: hostActive' 'hostActive: FALSE' - 'delete: hostSeen' - 'replace: serialNumber' 'serialNumber: 9'
same '9|f|' "$(q "SELECT serial, active, seen FROM hosts WHERE name = 'web'")" "the changed row"
CODE=19 modify web 'replace: serialNumber' 'serialNumber: abc'
CODE=19 modify web 'replace: serialNumber' 'serialNumber: 99999999999'
CODE=21 modify web 'replace: hostActive' 'hostActive: maybe'

# Values as data: nothing of them is ever SQL.
for value in "'; DROP TABLE hosts; --" '$1' ':cn' '\x41' "{a,b}" 'NULL' '"' 'ü€😀'; do
    modify web 'replace: l' "l:: $(printf %s "$value" | base64 -w 0)" - 'replace: description' "description:: $(printf %s "$value" | base64 -w 0)"
    same "$value|{$value}" "$(q "SELECT address, '{' || ports[1] || '}' FROM hosts WHERE name = 'web'")" "the value $value"
done
CODE=19 modify web 'replace: l' "l:: $(printf 'a\0b' | base64)"
CODE=19 modify web 'replace: description' "description:: $(printf 'a\0b' | base64)"

# 10,000 values, and a value of 1 MB.
{
    printf '%s\n' "dn: cn=web,ou=hosts,$base" 'changetype: modify' 'replace: description'
    seq -f 'description: value %.0f' 10000
} >"$T/many.ldif"
expect 0 as_admin ldapmodify -f "$T/many.ldif"
same 10000 "$(q "SELECT cardinality(ports) FROM hosts WHERE name = 'web'")" "the number of values"
printf '%s\n' "dn: cn=web,ou=hosts,$base" 'changetype: modify' 'replace: description' "description:: $(head -c 1000000 /dev/zero | tr '\0' x | base64 -w 0)" >"$T/large.ldif"
expect 0 as_admin ldapmodify -f "$T/large.ldif"
same 1000000 "$(q "SELECT length(ports[1]) FROM hosts WHERE name = 'web'")" "the length of the value"
printf '%s\n' "dn: cn=web,ou=hosts,$base" 'changetype: modify' 'replace: jpegPhoto' "jpegPhoto:: $(head -c 1000000 /dev/urandom | base64 -w 0)" >"$T/photo.ldif"
expect 0 as_admin ldapmodify -f "$T/photo.ldif"
same 1000000 "$(q "SELECT length(picture) FROM hosts WHERE name = 'web'")" "the length of the photo"

# A view that PostgreSQL can update, and one with triggers.
KIND=rooms add r1 'l: east'
same 'r1|east' "$(q "SELECT name, address FROM hosts WHERE name = 'r1'")" "a row through a view"
KIND=rooms modify r1 'replace: l' 'l: west'
expect 0 as_admin ldapdelete "cn=r1,ou=rooms,$base"
KIND=desks add d1 'l: ann'
same 'd1|ann' "$(q 'TABLE real_desks')" "a row by the trigger of a view"
same D1 "$(KIND=desks shows d1 cn)" "the name that the view shows"
KIND=desks modify D1 'replace: l' 'l: bob'
expect 0 as_admin ldapmodrdn -r "cn=d1,ou=desks,$base" cn=d2
same 'd2|bob' "$(q 'TABLE real_desks')" "a changed and renamed row"
CODE=68 KIND=desks add D2 'l: x'
expect 0 as_admin ldapdelete "cn=d2,ou=desks,$base"
same '' "$(q 'TABLE real_desks')" "the rows at the end"
