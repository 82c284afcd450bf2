# Members change at replicas, whatever the spelling of their groups in the values query.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/replicas.sh"
start_postgres
q "CREATE EXTENSION citext; CREATE COLLATION loose (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
   CREATE TABLE members (c citext, l text COLLATE loose, n numeric(8, 2), who text);
   INSERT INTO members VALUES ('DEVS', 'DEVS', 2002, 'ann'); GRANT SELECT ON members TO ldap"
notified_changes
tell_of_changes members
of() { # KIND-OPTION KEY-COLUMN: groups with the members of that table
    { manager_conf | sed '/^pgsql-lookup groups/,$d'; printf '%s\n' "${@:3}"; } |
        with_feed 'pgsql-private-groups off' "pgsql-values groups memberUid SELECT $2 AS $1, who AS member FROM members"
}
for case in 'name c' 'name l' 'gid_number n'; do
    key=()
    [ "${case% *}" = name ] || key=('pgsql-kind groups key=gid_number')
    # shellcheck disable=SC2086
    of $case "${key[@]}" | sed "s|^pgsql-kind|&|; s|$T/feed|&-${case##* }|" >"$T/slapd.conf"
    start_slapd "$T/slapd.conf"
    REPLICA=()
    start_replica "push-${case##* }" refreshAndPersist
    copied "the first copy of $case" 20
    q "INSERT INTO members VALUES ('DEVS', 'DEVS', 2002, 'bob')"
    copied "a member by $case"
    q "UPDATE members SET who = 'carl' WHERE who = 'bob'"
    copied "another member by $case"
    q "DELETE FROM members WHERE who = 'carl'"
    copied "a member less by $case"
    stop_replica "push-${case##* }"
    stop_slapd
done
