# Clients do not notice when a column changes its type while slapd runs.
. "$(dirname "$0")/../lib.sh"
start_postgres
base=dc=example,dc=com
q "CREATE TABLE things (name text, word text, flag boolean, made timestamptz, whole integer);
   INSERT INTO things SELECT n, 'Word ' || n, true, '2025-01-01', 7 FROM unnest(array['a', 'b', 'c']) n;
   CREATE TABLE titles (thing text, title text);
   INSERT INTO titles SELECT name, 'Title ' || name FROM things;
   GRANT SELECT ON things, titles TO ldap"
{
    base_conf | sed '/^pidfile/i\
attributetype ( 1.3.6.1.4.1.4203.666.11.1 NAME '"'flag'"' EQUALITY booleanMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.7 SINGLE-VALUE )\
attributetype ( 1.3.6.1.4.1.4203.666.11.2 NAME '"'made'"' EQUALITY generalizedTimeMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.24 SINGLE-VALUE )\
attributetype ( 1.3.6.1.4.1.4203.666.11.3 NAME '"'whole'"' EQUALITY integerMatch ORDERING integerOrderingMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.27 )'
    cat <<END_OF_CONF
database pgsql
suffix $base
pgsql-uri postgres://ldap:ldap@127.0.0.1:$PGPORT/manager
pgsql-kind things rdn=cn class=top,device,extensibleObject
pgsql-list things SELECT name AS cn, word AS description, flag, made, whole FROM things
pgsql-lookup things cn SELECT name AS cn, word AS description, flag, made, whole FROM things WHERE name = ?
pgsql-attribute things cn compare=lower
pgsql-values things title SELECT thing AS cn, title FROM titles
END_OF_CONF
} >"$T/slapd.conf"
start_slapd "$T/slapd.conf"
expected="description: Word a
flag: TRUE
made: 20250101000000Z
title: Title a
whole: 7"
filters=('(description=word a)' '(flag=TRUE)' '(made=20250101000000Z)' '(whole=7)' '(whole>=7)' '(description=wor*)' '(title=title a)' '(!(whole=8))')
number=0
# Statements that were prepared before, and some that were not, which fail for no other reason than the new type.
looks_right() { # AFTER-WHAT
    local filter
    for filter in "(cn=a)" "(&(cn=a)(cn=*))" "(|(cn=a)(cn=nosuch$((number += 1))))" "(&(cn=a)(!(cn=nosuch$number)))"; do
        expect 0 search -b "$base" "$filter" description flag made title whole
        same "$expected" "$(sed 1d <<<"$OUT" | grep . | sort)" "a, as $filter finds it, after $1"
    done
    for filter in "${filters[@]}"; do
        expect 0 search -b "$base" "(&$filter(cn=a)(!(description=$number)))" 1.1
        contains "$OUT" "dn: cn=a,$base"
        expect 0 search -b "$base" "(&(objectClass=device)$filter)" 1.1
        contains "$OUT" "dn: cn=a,$base"
    done
    expect 6 ldapcompare -x -H "$URI" "cn=a,$base" "description:WORD a"
}
change() { # TABLE CHANGE…
    local change
    for change in "${@:2}"; do
        q "ALTER TABLE $1 ALTER $change"
        looks_right "$change"
    done
}
looks_right "nothing"
change things 'word TYPE text[] USING array[word]' 'word TYPE jsonb USING to_jsonb(word)' 'word TYPE json' "word TYPE varchar(20) USING word ->> 0" \
    'word TYPE bytea USING convert_to(word, $$UTF8$$)' 'word TYPE text USING convert_from(word, $$UTF8$$)' \
    "flag TYPE text USING CASE WHEN flag THEN 'TRUE' END" 'flag TYPE boolean USING flag::boolean' \
    'made TYPE date' 'made TYPE text USING to_char(made, $$YYYYMMDD"000000Z"$$)' 'made TYPE timestamp USING to_timestamp(made, $$YYYYMMDD"000000Z"$$)' \
    'whole TYPE text' 'whole TYPE numeric USING whole::numeric' 'whole TYPE smallint' 'whole TYPE bigint[] USING array[whole]' 'whole TYPE integer USING whole[1]'
change titles 'title TYPE varchar(30)' 'title TYPE name' 'title TYPE text'

# A view made anew, with its columns in another order.
stop_slapd
sed -i 's/ FROM things/ FROM shown/' "$T/slapd.conf"
q 'CREATE VIEW shown AS SELECT name, word, flag, made, whole FROM things; GRANT SELECT ON shown TO ldap'
start_slapd "$T/slapd.conf"
looks_right "a start with a view"
q 'DROP VIEW shown; CREATE VIEW shown AS SELECT array[whole] AS whole, made::date AS made, flag, array[word] AS word, name::varchar AS name FROM things; GRANT SELECT ON shown TO ldap'
looks_right "the view made anew"
