# Entries without write are never taken from the cache, and errors of their queries are errors.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/cache.sh"
. "$TESTS/lib/admission.sh"
start_postgres
base=dc=example,dc=com
q 'CREATE TABLE guests AS SELECT n AS number FROM generate_series(1, 99) n; GRANT SELECT ON guests TO ldap'
tell_of_changes '"Users"' '"Groups"' '"UserGroups"' guests
{
    given_conf 'pgsql-virtual-rate 1000/60' 'pgsql-cache 16' 'pgsql-serve-stale 3600' 'pgsql-timeout 2' |
        sed "s/'a guest' AS full_name\$/& FROM guests WHERE number = substr(\$1, 6)::integer/"
} >"$T/slapd.conf"
start_slapd "$T/slapd.conf"
settled
eventually 20 cache_used 1
all() { # CODE: of searches and a compare
    local search
    for search in "-b $base (uid=guest7)" "-b $base (uidNumber=40007)" "-b uid=guest7,$base -s base"; do expect "$1" search $search 1.1; done
}

# The row of guests decides at once.
all 0
for _ in 1 2; do
    same uid=guest7 "$(found '(uid=guest7)')" "a guest"
    q 'UPDATE guests SET number = 0 WHERE number = 7'
    same "" "$(found '(uid=guest7)')" "a guest who has gone"
    q 'UPDATE guests SET number = 7 WHERE number = 0'
done

# A query that cannot run is an error for unknown names, not for others, and is reported.
q 'REVOKE SELECT ON guests FROM ldap'
expect 80 search -b "$base" '(uid=guest7)' 1.1
expect 80 search -b "uid=guest7,$base" -s base 1.1
expect 80 ldapcompare -x -H "$URI" "uid=guest7,$base" uid:guest7
logged query-refused 'permission denied for table guests'
same "uid=ann " "$(found '(uid=ann)') $(found '(uid=nosuch)')" "a user, and a name that does not match"
expect 1 "${PRELOAD[@]}" slaptest -f "$T/slapd.conf"
contains "$ERR" 'GRANT SELECT (number) ON public.guests TO ldap'
q 'GRANT SELECT ON guests TO ldap'
all 0

# Without the database there is no entry, and nothing tells that there is none; what the cache has of rows is served.
expect 0 search -b "$base" '(uid=ann)' 1.1
stop_postgres
all 52
same uid=ann "$(found '(uid=ann)')" "a user who was found before"
start_postgres
is_back() { [ "$(found '(uid=guest7)')" = uid=guest7 ]; }
eventually 20 is_back
