# slapd-pgsql-check reports a lookup by a computed number that no index serves.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/scans.sh"
. "$TESTS/lib/check.sh"
start_postgres -c log_statement=all
q "CREATE TABLE people (id int, login text); INSERT INTO people SELECT n, 'u' || n FROM generate_series(1, 20000) n;
   CREATE UNIQUE INDEX ON people (login); GRANT SELECT ON people TO ldap; ANALYZE"
conf() { # LOOKUP of numbers, or none
    local select="SELECT login AS username, id + 2000000 AS uid_number, id + 2000000 AS gid_number FROM people u"
    base_conf
    printf '%s\n' 'database pgsql' 'suffix "dc=example,dc=com"' "pgsql-uri postgres://ldap:ldap@127.0.0.1:$PGPORT/manager" "pgsql-list users $select" \
        'pgsql-attribute users uid compare=exact' ${1:+"pgsql-lookup users uidNumber $select WHERE $1" "pgsql-lookup users gidNumber $select WHERE $1"}
}
# LOOKUP INDEX-ON: without the index the search reads the table, which is reported, and with it not.
served() {
    conf "$1" >"$T/slapd.conf"
    checked 1 --brief "$T/slapd.conf"
    contains "$OUT" "finding users by uidNumber reads all of people (20000 rows)
          do:  CREATE INDEX ON people ($2);"
    start_slapd "$T/slapd.conf"
    [ "$(reads_all '(&(uidNumber=2000042)(objectClass=posixAccount))' uid=u42)" != 0 ] || fail "$1 needs no index, so this test proves nothing"
    q "CREATE INDEX number ON people ($2); ANALYZE people"
    same 0 "$(reads_all '(&(uidNumber=2000043)(objectClass=posixAccount))' uid=u43)" "tables read whole with the index on $2"
    for number in 5 -1 2147483648 99999999999999999999; do same "" "$(dns -b dc=example,dc=com "(uidNumber=$number)")" "users with the number $number"; done
    stop_slapd
    checked 1 --brief "$T/slapd.conf" # for other reasons
    lacks "$OUT" 'reads all of'
    q 'DROP INDEX number'
}
served '' '(id + 2000000)'
served 'u.id + 2000000 = $1' '(id + 2000000)'
served 'u.id = $1 - 2000000' '"id"'
