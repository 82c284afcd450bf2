# Queries without write agree by name and number, for every kind and every form of a query.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/admission.sh"
start_postgres
base=dc=example,dc=com
q 'CREATE TABLE hosts (name text); GRANT SELECT ON hosts TO ldap;
   CREATE FUNCTION raised(text) RETURNS integer LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION $e$no %$e$, $1; END $$'
: >"$T/wrong"
finds() { # WHAT FILTER
    local seen
    seen=$(found "$2" 2>&1) || true
    [ "$seen" = "$1" ] || printf '%s\n' "$2 finds \"$seen\", not \"$1\"" >>"$T/wrong"
}
start_slapd - < <(
    given_conf 'pgsql-virtual-rate 1000/60' "pgsql-virtual users gidNumber SELECT 'guest' || \$1 - 40000 AS username, \$1 AS uid_number, \$1 AS gid_number" \
        'pgsql-kind hosts rdn=cn class=top,device' 'pgsql-list hosts SELECT name AS cn FROM hosts' \
        'pgsql-virtual hosts cn SELECT $1::text AS cn' 'pgsql-virtual-names hosts host-[a-z]+'
)
settled
group='(objectClass=posixGroup)'
# By the bare name, although the names of some users are not plain ASCII.
finds cn=guest7 '(cn=guest7)'
finds cn=host-a '(cn=host-a)'
# Kinds that share an attribute.
finds cn=guest7 "(&(cn=guest7)$group)"
finds cn=host-a '(&(cn=host-a)(objectClass=device))'
finds cn=guest7 "(&(gidNumber=40007)$group)"
finds uid=guest7 '(&(gidNumber=40007)(objectClass=posixAccount))'
# A name that another kind has is refused by number as well.
q 'INSERT INTO "Groups" VALUES (2100, $$guest7$$, false, now(), now())'
finds '' '(uid=guest7)'
finds '' '(uidNumber=40007)'
stop_slapd

# An exception of the query's function refuses the name, and the one number is noticed whatever its column is called.
rm "$T/slapd.log"
{
    manager_conf | sed 's/uid_number/num/'
    printf '%s\n' 'pgsql-attribute users uidNumber column=num' 'pgsql-virtual-names users guest[0-9]+' \
        "pgsql-virtual users uid SELECT \$1 AS username, 40001 AS num, 40001 AS gid_number WHERE \$1 <> 'guest9' OR raised(\$1) > 0"
} >"$T/slapd.conf"
start_slapd "$T/slapd.conf"
settled
finds uid=guest8 '(uid=guest8)'
finds '' '(uid=guest9)'
event_logged number-shared || echo "one number for all names is not noticed" >>"$T/wrong"
cat "$T/wrong" >&2
[ ! -s "$T/wrong" ] || fail "answers are wrong"
