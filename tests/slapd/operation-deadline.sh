# All statements of a search share one deadline, which a long answer may exceed.
. "$(dirname "$0")/../lib.sh"
start_postgres
base=dc=example,dc=com
q "INSERT INTO \"Users\" (\"uidNumber\", \"uid\", \"gidNumber\", \"homeDirectory\", \"cn\", \"sn\", \"givenName\", \"mail\", \"userPassword\", \"createdAt\", \"updatedAt\")
   SELECT n, 'u' || n, 2001, '/home/u' || n, 'User ' || n, 'User', 'U', 'u' || n || '@example.com', '!', now(), now() FROM generate_series(10000, 12000) n;
   CREATE VIEW slow AS WITH s AS MATERIALIZED (SELECT pg_sleep(1)) SELECT u.* FROM s, \"Users\" u; GRANT SELECT ON slow TO ldap" >/dev/null
{
    manager_conf | sed '/^pgsql-list users/,$d'
    printf '%s\n' 'sizelimit unlimited' 'pgsql-timeout 2.5' 'pgsql-private-groups off' 'pgsql-list users SELECT "uid" AS username, "uidNumber" AS uid_number,
 "gidNumber" AS gid_number, "cn" AS full_name FROM slow' \
        'pgsql-list groups SELECT "cn" AS name, "gidNumber" AS gid_number FROM "Groups"'
    for kind in red blue green; do
        printf '%s\n' "pgsql-kind $kind rdn=uid class=top,account container=ou=$kind" "pgsql-list $kind SELECT uid, cn AS description FROM slow WHERE uid LIKE '%x'"
    done
} >"$T/slapd.conf"
start_slapd "$T/slapd.conf"
settled
took() { # SECONDS MORE CODE ARGS…: at least SECONDS, and not more than MORE
    local least=$1 most=$2 start
    shift 2
    start=$(now)
    within "$most" expect "$@"
    awk "BEGIN { exit $(now) - $start < $least * 1000000 }" || fail "took less than $least s: $*"
}

# Three kinds of a second each, then one of five pages of a second.
took 2.4 3.4 52 search -b $base '(description=nothing)'
took 2.4 3.4 52 search -b $base '(&(objectClass=posixAccount)(cn~=zzzz))'
lacks "$OUT" dn:
took 4 20 0 search -b $base '(objectClass=posixAccount)' cn
same 2011 "$(grep -c ^dn: <<<"$OUT")" "users in five pages"
took 0.9 2 0 search -b "ou=red,$base" '(description=nothing)'

# The client's own limit and slapd's are others.
took 0.9 1.9 3 search -l 1 -b $base '(description=nothing)'
expect 0 search -b $base '(cn=devs)'
logged database-timeout
