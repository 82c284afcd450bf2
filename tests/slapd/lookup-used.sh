# A lookup by an integer, uuid or time column is used without further directives.
. "$(dirname "$0")/../lib.sh"
start_postgres -c log_statement=all
base=dc=example,dc=com
q "CREATE TABLE hosts (name text, number integer, long bigint, exact numeric, id uuid, seen timestamptz(0), fine timestamptz, day date, naive timestamp(0), place text);
   INSERT INTO hosts VALUES ('web', 7, 8000000000, 7.0, '6ba7b810-9dad-11d1-80b4-00c04fd430c8', '2025-03-02 09:30:00Z', '2025-03-02 09:30:00.5Z', '2025-03-02', '2025-03-02 09:30:00', 'Cellar'),
       ('db', -8, 9, 1.5, NULL, NULL, NULL, NULL, NULL, NULL);
   GRANT SELECT ON hosts TO ldap"
number=0
types() {
    local name
    for name in seen fine day naive; do
        echo "attributetype ( 1.3.6.1.4.1.4203.666.11.$((number += 1)) NAME '$name' EQUALITY generalizedTimeMatch ORDERING generalizedTimeOrderingMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.24 )"
    done
    for name in wide exact; do
        echo "attributetype ( 1.3.6.1.4.1.4203.666.11.$((number += 1)) NAME '$name' EQUALITY integerMatch ORDERING integerOrderingMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.27 )"
    done
    echo "attributetype ( 1.3.6.1.4.1.4203.666.11.$((number += 1)) NAME 'id' EQUALITY UUIDMatch SYNTAX 1.3.6.1.1.16.1 )"
}
columns='name AS cn, number AS "uidNumber", number AS "serialNumber", long AS wide, exact, id, id AS "employeeNumber", seen, fine, day, naive, place AS l'
conf() {
    base_conf | sed '/^database config/,$d'
    types
    manager_conf | sed -n '/^database config/,$p'
    echo 'pgsql-kind hosts container=ou=hosts rdn=cn class=top,device,extensibleObject'
    echo "pgsql-list hosts SELECT $columns FROM hosts"
    local lookup
    for lookup in "uidNumber number = ?" "serialNumber number::text = ?" "wide long = ?" "exact exact = ?" "id id = ?" "employeeNumber id = ?" \
        "seen seen = ?" "fine fine = ?" "day day = ?" "naive naive = ?" "l place = ?"; do
        echo "pgsql-lookup hosts ${lookup%% *} SELECT $columns FROM hosts WHERE ${lookup#* } /* by ${lookup%% *} */"
    done
}
conf >"$T/slapd.conf"
start_slapd "$T/slapd.conf"
settled
found() { dns -b "ou=hosts,$base" -s one "$1" | sed -E 's/^cn=([^,]*),.*/\1/' | xargs; }
asked() { grep -c "by $1 \*/" "$T/pg/postgres.log" || true; }
while read -r how filter expected; do
    attribute=$(sed -E 's/^\(([^=]*)=.*/\1/' <<<"$filter")
    before=$(asked "$attribute")
    same "$expected" "$(found "$filter")" "$filter"
    case $how in
        used) [ "$(asked "$attribute")" -gt "$before" ] || fail "the lookup is not used for $filter" ;;
        unused) same "$before" "$(asked "$attribute")" "statements of the lookup for $filter" ;;
    esac
done <<'END_OF_FILTERS'
used (uidNumber=7) web
unused (uidNumber=99999999999)
used (serialNumber=-8) db
used (wide=8000000000) web
used (exact=7) web
used (exact=2)
used (id=6BA7B810-9dad-11d1-80b4-00c04fd430c8) web
used (employeeNumber=6ba7b810-9dad-11d1-80b4-00c04fd430c8) web
used (seen=20250302093000Z) web
used (seen=202503021030+0100) web
unused (seen=20250302093000.5Z)
used (day=20250302000000Z) web
unused (day=20250302093000Z)
used (naive=20250302093000Z) web
unused (fine=20250302093000Z) web
unused (l=cellar) web
END_OF_FILTERS
logged lookup-unused "pgsql-lookup hosts fine: it is not used, since its times may have fractions of a second, which no entry shows; if that is not so, say"
logged lookup-unused "pgsql-lookup hosts l: it is not used, since its values may be stored in any case; if that is not so, say pgsql-attribute hosts l compare=lower (or exact)"
same 2 "$(times_logged lookup-unused)" "lookups that are not used"
