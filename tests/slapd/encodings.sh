# A value outside the database's encoding matches no entry and causes no error.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/filters.sh"
start_postgres
in_db() { PGCLIENTENCODING=UTF8 "$POSTGRES_BIN/psql" -h "$T/pg" -p "$PGPORT" -U postgres -X -q -A -t -v ON_ERROR_STOP=1 "$1" -c "$2"; }
# What each encoding has: a letter, and one that slapd normalizes to a character that the encoding lacks.
declare -A letter=([LATIN1]=ü [WIN1251]=ж [EUC_JP]=愛 [EUC_JIS_2004]=か゚ [SQL_ASCII]=ж) folded=([LATIN1]=µ [WIN1251]=µ [EUC_JP]=Ω [EUC_JIS_2004]=① [SQL_ASCII]=µ)
encodings="LATIN1 WIN1251 EUC_JP EUC_JIS_2004 SQL_ASCII"
{
    base_conf
    for encoding in $encodings; do
        "$POSTGRES_BIN/createdb" -h "$T/pg" -p "$PGPORT" -U postgres -E "$encoding" -l C -T template0 "db_$encoding"
        in_db "db_$encoding" "CREATE TABLE people (name text, number int, full_name text, note text, title text, password text, tags text[]);
            INSERT INTO people VALUES ('ann', 1, 'Ann ${letter[$encoding]}', '${letter[$encoding]}', NULL, '$(slappasswd -n -h '{SSHA}' -s secret)', '{${letter[$encoding]},x}'),
                ('bob', 2, '${folded[$encoding]}', 'b', 'boss', NULL, NULL), ('${letter[$encoding]}', 3, 'Letter', NULL, NULL, NULL, NULL);
            CREATE TABLE teams (name text, number int, member text); INSERT INTO teams VALUES ('red', 7, 'ann'), ('red', 7, '${letter[$encoding]}');
            GRANT SELECT ON people, teams TO ldap; GRANT UPDATE ON people TO ldap"
        columns='name AS username, number AS uid_number, number AS gid_number, full_name, note AS description, title, tags AS "departmentNumber", password'
        echo "database pgsql
suffix dc=$encoding
pgsql-uri postgres://ldap:ldap@127.0.0.1:$PGPORT/db_$encoding
pgsql-list users SELECT $columns FROM people
pgsql-attribute users uid compare=lower
pgsql-lookup users uid SELECT $columns FROM people WHERE name = ?
pgsql-attribute users description compare=exact
pgsql-attribute users title default=\"made of 😀\"
pgsql-attribute users departmentNumber compare=exact
pgsql-list groups SELECT DISTINCT name, number AS gid_number FROM teams
pgsql-values groups description SELECT name, member FROM teams
pgsql-lookup groups businessCategory SELECT DISTINCT name, number AS gid_number FROM teams WHERE member = ?
pgsql-password-hash m=1024 t=1 p=1
pgsql-password-change users UPDATE people SET password = \$1 WHERE name = \$2 AND password = \$3
access to attrs=userPassword by self =xw by * auth
access to * by * read"
    done
} >"$T/slapd.conf"
start_slapd "$T/slapd.conf"
for encoding in $encodings; do
    base=dc=$encoding own=${letter[$encoding]} nearly=${folded[$encoding]}
    for value in 😀 "$own 😀"; do
        for attribute in uid cn description departmentNumber; do
            printf '%s\t%s\n' "($attribute=$value)" '' "($attribute=*$value*)" '' "(&(uid=ann)($attribute=$value))" '' "(!($attribute=$value))" '1 2 3'
        done
        printf '%s\t%s\n' "(|(uid=ann)(uid=$value))" 1 "(|(cn=$value)(cn=$nearly)(cn=x$value))" 2 \
            "(|(description=$value)(description=b)(description=$own))" '1 2' "(&(uid=ann)(!(description=$value)))" 1
    done >"$T/cases"
    # The database's own letters are found, also behind a default that it could not hold itself.
    printf '%s\t%s\n' "(uid=$own)" 3 "(|(uid=$own)(uid=😀))" 3 "(cn=ann  $own)" 1 "(description=$own)" 1 "(departmentNumber=$own)" 1 \
        "(cn=$nearly)" 2 "(!(cn=$nearly))" '1 3' "(title=made of 😀)" '1 3' '(title=boss)' 2 >>"$T/cases"
    each_filter "$base" '(&(objectClass=posixAccount)%s)' uidNumber <"$T/cases"
    each_filter "$base" '(&(objectClass=posixGroup)%s)' gidNumber < <(printf '%s\t%s\n' '(businessCategory=😀)' '' '(&(cn=red)(description=😀))' '' \
        '(|(businessCategory=😀)(businessCategory=ann))' 7 "(businessCategory=$own)" 7 "(&(cn=red)(description=$own))" 7 '(&(cn=red)(!(businessCategory=😀)))' 7)
    [ "$encoding" = LATIN1 ] || [ "$encoding" = EUC_JP ] || continue
    for value in 😀 "$own 😀"; do
        expect 32 search -b "uid=$value,$base" -s base
        expect 49 ldapwhoami -x -H "$URI" -D "uid=$value,$base" -w x
        expect 32 ldapcompare -x -H "$URI" "uid=$value,$base" cn:x
        expect 5 ldapcompare -x -H "$URI" "uid=ann,$base" "cn:$value"
        expect 5 ldapcompare -x -H "$URI" "uid=ann,$base" "description:$value"
    done
    expect 0 search -b "uid=$own,$base" -s base
    expect 6 ldapcompare -x -H "$URI" "uid=ann,$base" "description:$own"
    expect 1 ldappasswd -x -H "$URI" -D "uid=ann,$base" -w secret -s new "uid=😀,$base"
    contains "$OUT" "No such object (32)"
    expect 0 ldappasswd -x -H "$URI" -D "uid=ann,$base" -w secret -s "new $own" "uid=ann,$base"
    expect 0 ldapwhoami -x -H "$URI" -D "uid=ann,$base" -w "new $own"
done
lacks "$(<"$T/slapd.log")" "err=80"
lacks "$(<"$T/slapd.log")" "22P05"
