# Listed values reach their entries for all types and spellings of the key.
. "$(dirname "$0")/../lib.sh"
start_postgres
base=dc=example,dc=com
q "CREATE EXTENSION citext;
   CREATE COLLATION loose (provider = icu, locale = 'und-u-ks-level1', deterministic = false);
   CREATE TABLE padded (name char(20), gid int); INSERT INTO padded VALUES ('devs', 5000), ('ops', 5001);
   CREATE TABLE padded_members (name char(20), who char(20)); INSERT INTO padded_members VALUES ('devs', 'ann'), ('ops', 'bob'), ('devs', 'carl');
   CREATE TABLE folded (name citext, gid int); INSERT INTO folded VALUES ('Devs', 6000), ('ops', 6001);
   CREATE TABLE folded_members (name citext, who text); INSERT INTO folded_members VALUES ('devs', 'ann'), ('OPS', 'bob'), ('Devs', 'carl');
   CREATE TABLE accents (name text COLLATE loose, gid int); INSERT INTO accents VALUES ('cafe', 7000), ('café', 7001), ('Bar', 7002);
   CREATE TABLE accents_members (name text COLLATE loose, who text); INSERT INTO accents_members VALUES ('cafe', 'ann'), ('café', 'bob'), ('bar', 'carl');
   CREATE TABLE plain (name text, gid int); INSERT INTO plain VALUES ('devs', 8000), ('ops', 8001);
   CREATE TABLE plain_members (name text, who text); INSERT INTO plain_members VALUES ('devs', 'ann'), ('ops', 'bob'), ('devs', 'carl');
   CREATE TABLE days (day date, flag boolean, at timestamptz, amount numeric, bytes bytea, words text[]);
   INSERT INTO days VALUES ('2024-01-31', true, '2024-01-31 12:00+01', 7.0, '\\xffd8ff', '[0:1]={one,two}');
   GRANT SELECT ON ALL TABLES IN SCHEMA public TO ldap"
{
    base_conf | sed '/^pidfile/i\
attributetype ( 1.3.6.1.4.1.4203.666.1.1 NAME '"'isAdmin'"' EQUALITY booleanMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.7 )\
attributetype ( 1.3.6.1.4.1.4203.666.1.2 NAME '"'madeAt'"' EQUALITY generalizedTimeMatch ORDERING generalizedTimeOrderingMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.24 )'
    echo "database pgsql"
    echo "suffix $base"
    echo "pgsql-uri postgres://ldap:ldap@127.0.0.1:$PGPORT/manager"
    for kind in padded folded accents; do
        echo "pgsql-kind $kind rdn=cn class=top,posixGroup container=ou=$kind"
        echo "pgsql-list $kind SELECT name AS cn, gid AS \"gidNumber\" FROM $kind"
        echo "pgsql-values $kind memberUid SELECT name AS cn, who FROM ${kind}_members"
    done
    for kind in padded folded plain; do # names of one type, and lists of another
        echo "pgsql-kind by_$kind rdn=cn class=top,posixGroup container=ou=by_$kind"
        echo "pgsql-list by_$kind SELECT name AS cn, gid AS \"gidNumber\" FROM plain"
        echo "pgsql-values by_$kind memberUid SELECT name AS cn, who FROM ${kind}_members"
    done
    echo 'pgsql-kind days rdn=cn class=top,device,extensibleObject container=ou=days'
    echo 'pgsql-list days SELECT day AS cn, words AS l FROM days'
    for value in isAdmin:flag madeAt:at uidNumber:amount jpegPhoto:bytes description:flag; do
        echo "pgsql-values days ${value%:*} SELECT day AS cn, ${value#*:} FROM days"
    done
} >"$T/slapd.conf"
start_slapd "$T/slapd.conf"
of() { search -b "cn=$1,$base" -s base "$2" | sed -n "s/^$2::* //p" | sort | xargs; }
who() { search -b "ou=$1,$base" "(memberUid=$2)" gidNumber | sed -n 's/^gidNumber: //p' | xargs; }

same "ann carl" "$(of devs,ou=padded memberUid)" "of char(n), without its blanks"
same bob "$(of ops,ou=padded memberUid)" "of char(n)"
same 5000 "$(who padded carl)" "whose member carl is"
same "ann carl" "$(of devs,ou=folded memberUid)" "of citext, in both spellings"
same bob "$(of ops,ou=folded memberUid)" "of citext, in another spelling"
same 6001 "$(who folded bob)" "whose member bob is"
same carl "$(of bar,ou=accents memberUid)" "of Bar"
# Names that the collation cannot tell apart, side by side: each has its own.
same 3 "$(search -b "ou=accents,$base" -s one memberUid | grep -c '^memberUid: ')" "members of all"

day=2024-01-31,ou=days
same TRUE "$(of $day isAdmin)" "a boolean"
same t "$(of $day description)" "a boolean of another attribute"
same 20240131110000Z "$(of $day madeAt)" "a time"
same 7 "$(of $day uidNumber)" "a number"
same /9j/ "$(of $day jpegPhoto)" "bytes"
same "one two" "$(of $day l)" "an array that does not begin with 1"
for filter in '(description=t)' '(l=two)' '(madeAt=20240131110000Z)' '(isAdmin=TRUE)' '(uidNumber=7)'; do
    same "cn=$day,$base" "$(dns -b "$base" "$filter")" "$filter"
done

# Names that are text, and lists whose names are not, or are no more.
same "ann carl" "$(of devs,ou=by_padded memberUid)" "of char(n), for a text"
same "ann carl" "$(of devs,ou=by_folded memberUid)" "of citext, for a text"
same "bob" "$(search -b "ou=by_folded,$base" '(objectClass=posixGroup)' memberUid | sed -n '/^dn: cn=ops/,/^$/s/^memberUid: //p')" "of citext, in a list"
same "ann carl" "$(of devs,ou=by_plain memberUid)" "of text"
q 'ALTER TABLE plain_members ALTER name TYPE char(9)'
for how in once again; do
    same "ann carl" "$(of devs,ou=by_plain memberUid)" "of text that has become char(n), $how"
    same "ann bob carl" "$(search -b "ou=by_plain,$base" '(objectClass=posixGroup)' memberUid | sed -n 's/^memberUid: //p' | sort | xargs)" "in a list, $how"
done
stop_slapd

# Users whose names are numbers, or padded, and a lookup that compares text.
q 'CREATE TABLE numbered (login int, padded char(8), num int, gid int); INSERT INTO numbered VALUES (101, $$ann$$, 3000, 8000), (102, $$bob$$, 3001, 8001);
   CREATE TABLE numbered_members (team text, who int); INSERT INTO numbered_members VALUES ($$devs$$, 101), ($$devs$$, 102), ($$ops$$, 102);
   GRANT SELECT ON numbered, numbered_members TO ldap'
conf_by() { # COLUMN OF USERS' NAMES, CAST OF GROUPS' NAMES IN THE LOOKUP
    base_conf
    printf '%s\n' "database pgsql" "suffix $base" "pgsql-uri postgres://ldap:ldap@127.0.0.1:$PGPORT/manager" "pgsql-private-groups off" \
        "pgsql-list users SELECT $1 AS username, num AS uid_number, gid AS gid_number FROM numbered" \
        "pgsql-list groups SELECT name, gid AS gid_number FROM plain" \
        "pgsql-lookup groups memberUid SELECT p.name$2, p.gid AS gid_number FROM plain p JOIN numbered_members m ON m.team = p.name JOIN numbered n ON n.login = m.who WHERE n.$1::text = ?"
}
for column in login padded; do
    for cast in '' '::char(8) AS name'; do
        conf_by $column "$cast" >"$T/$column.conf"
        start_slapd "$T/$column.conf"
        users=$([ $column = login ] && echo 101 102 || echo ann bob)
        same "$users" "$(of devs memberUid)" "members by $column, $cast"
        same "${users#* }" "$(search -b "$base" '(objectClass=posixGroup)' memberUid | sed -n '/^dn: cn=ops/,/^$/s/^memberUid: //p')" "in a list, by $column, $cast"
        same "cn=devs,$base" "$(search -b "uid=${users% *},$base" -s base memberOf | sed -n 's/^memberOf: //p')" "groups by $column, $cast"
        stop_slapd
    done
done
