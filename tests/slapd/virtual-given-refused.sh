# What a query without write returns becomes no entry if a row has the name or number.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/admission.sh"
start_postgres
base=dc=example,dc=com
start_slapd - < <(given_conf 'pgsql-virtual-rate 1000/60' 'pgsql-virtual-numbers 30000-40899' 'pgsql-virtual-deny guest99')
settled
not_found() { # NAME REASON FILTER: nothing, and the reason is logged
    expect 0 search -b "$base" "$3" 1.1
    same "" "$OUT" "what $3 finds"
    eventually 3 refusal_logged "$1" "$2" found "$3"
}
shows() { same "$2" "$(search -b "$base" "$1" uidNumber olmPgVirtual | sed -n 's/^uidNumber: //p; s/^olmPgVirtual: //p' | xargs)" "what $1 shows"; } # FILTER NUMBER [TRUE]

# A row with the name or the number wins at once, and the entry is back after it.
row() { q "UPDATE \"Users\" SET $1 WHERE \"uidNumber\" IN (2009, 40007) AND \"givenName\" = 'Jan'"; }
shows '(uid=guest7)' '40007 TRUE'
row '"uid" = $$guest7$$'
shows '(uid=guest7)' 2009
not_found 40007 'a row has the name' '(uidNumber=40007)'
row '"uid" = $$jan$$'
shows '(uid=guest7)' '40007 TRUE'
row '"uidNumber" = 40007'
shows '(uidNumber=40007)' 40007
not_found guest7 "number 40007 is jan's" '(uid=guest7)'
row '"uidNumber" = 2009'
shows '(uid=guest7)' '40007 TRUE'
q 'INSERT INTO "Groups" VALUES (2100, $$guest7$$, false, now(), now())'
same cn=guest7 "$(found '(cn=guest7)')" "a group"
not_found guest7 'name of one of the groups' '(uid=guest7)'
q 'UPDATE "Groups" SET "cn" = $$guests$$, "gidNumber" = 40008'" WHERE \"gidNumber\" = 2100"
shows '(uid=guest7)' '40007 TRUE'
not_found guest8 "number 40008 is guests's" '(&(cn=guest8)(objectClass=posixGroup))'

# The guards, by name and by number.
not_found guest99 'deny list' '(uid=guest99)'
not_found visitor7 pattern '(uid=visitor7)'
not_found guest7000 pattern '(uid=guest7000)'
not_found guest950 'number 40950 is out of range' '(uid=guest950)'
not_found 40950 range '(uidNumber=40950)'
for number in 2147483648 99999999999999999999 040007; do same "" "$(found "(uidNumber=$number)")" "what the number $number finds"; done
not_found -1 range '(uidNumber=-1)'
not_found 39999 'the query returns no row' '(uidNumber=39999)'
expect 32 search -b "uid=guest99,$base" -s base
expect 32 ldapcompare -x -H "$URI" "uid=guest99,$base" uid:guest99
eventually 3 refusal_logged guest99 'deny list' search -b "uid=guest99,$base" -s base
stop_slapd

# A query that returns something else.
wrong() { # REASON QUERY
    rm "$T/slapd.log"
    { manager_conf; printf '%s\n' "pgsql-virtual users uid $2" 'pgsql-virtual-names users guest[0-9]+'; } >"$T/slapd.conf"
    start_slapd "$T/slapd.conf"
    not_found guest7 "$1" '(uid=guest7)'
    stop_slapd
}
wrong 'the query returns several rows' 'SELECT $1 AS username, n AS uid_number, n AS gid_number FROM generate_series(40001, 40002) n'
wrong 'the query returns no row' 'SELECT $1 AS username, 40001 AS uid_number, 40001 AS gid_number WHERE $1 = $$x$$'
wrong 'number 2001 is out of range' 'SELECT $1 AS username, 2001 AS uid_number, 2001 AS gid_number'
