# A value that a lookup expression rejects matches nothing; other failures stay errors.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/filters.sh"
start_postgres
base=dc=example,dc=com
q "CREATE TABLE hosts (name text, address inet, number int, made timestamptz, note text);
   INSERT INTO hosts VALUES ('web', '10.0.0.1', 7, '2025-01-01', 'a'), ('db', '10.0.0.2', 8, '2025-02-01', 'b');
   CREATE DOMAIN short AS text CHECK (length(VALUE) < 5);
   CREATE FUNCTION number_of(text) RETURNS int LANGUAGE plpgsql STABLE AS \$\$ BEGIN IF \$1 !~ '^[0-9]+\$' THEN RAISE 'no number: %', \$1; END IF; RETURN \$1::int; END \$\$;
   CREATE FUNCTION any_number_of(text) RETURNS int LANGUAGE plpgsql AS \$\$ BEGIN RETURN number_of(\$1); END \$\$;
   GRANT SELECT ON hosts TO ldap"
columns='name AS cn, address AS "ipHostNumber", number AS "serialNumber", made AS "employeeNumber", note AS description'
{
    base_conf
    echo "database pgsql
suffix $base
rootdn cn=admin,$base
rootpw admin
pgsql-uri postgres://ldap:ldap@127.0.0.1:$PGPORT/manager
pgsql-kind hosts rdn=cn class=top,device,ipHost,extensibleObject
pgsql-list hosts SELECT $columns FROM hosts"
    lookup() { echo "pgsql-lookup hosts $1 SELECT $columns FROM hosts WHERE $2"; } # ATTRIBUTE CONDITION
    lookup serialNumber 'number = (?::text)::int'
    lookup ipHostNumber 'address = (?::text)::inet'
    lookup employeeNumber 'made = (?::text)::timestamptz'
    lookup description 'note = (?::text)::short'
    # By what the rows do not show.
    lookup street "'street of ' || name ~ ?"
    lookup postalCode 'number = number_of(?)'
    lookup postOfficeBox 'number = any_number_of(?)'
    lookup title 'name ILIKE ?'
    lookup o 'number IN (SELECT (?::text)::smallint)'
    lookup l '?::text IS NOT NULL AND 1 / (number - number) = 1' # broken for every row
    printf 'pgsql-attribute hosts %s compare=exact\n' serialNumber ipHostNumber employeeNumber description
} >"$T/slapd.conf"
start_slapd "$T/slapd.conf"
while IFS='|' read -r attribute code good found junk; do
    each_filter "$base" '(&(objectClass=device)%s)' cn < <(
        printf '%s\t%s\n' "($attribute=$good)" "$found"
        for value in $junk; do
            printf '%s\t%s\n' "($attribute=$value)" '' "(|($attribute=$value)(cn=web))" web "(|($attribute=$value)($attribute=$good))" "$found" \
                "(!($attribute=$value))" 'db web' "(&(cn=db)(!($attribute=$value)))" db "(|($attribute=$value)($attribute=x$value)($attribute=${value}1))" ''
        done
    )
    expect "$code" ldapcompare -x -H "$URI" "cn=web,$base" "$attribute:x("
done <<'END'
serialNumber|5|7|web|junk 99999999999999999999 😀
ipHostNumber|5|10.0.0.1|web|junk 10.0.0.300
employeeNumber|5|2025-01-01 00:00:00+00|web|junk 2025-02-31
description|5|a|web|toolong
street|16|^street.of.web$|web|\28 a[
postalCode|16|8|db|x
postOfficeBox|16|8|db|x
title|16|WEB|web|db\5c \5c
o|16|7|web|70000 x
END
lacks "$(<"$T/slapd.log")" "err=80"
logged value-refused 'pgsql-lookup hosts serialNumber: '
for value in a 1; do expect 80 search -b "$base" "(l=$value)"; done
expect 80 search -b "$base" '(|(l=a)(cn=web))'
