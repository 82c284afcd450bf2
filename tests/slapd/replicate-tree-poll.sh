# A unit that is renamed takes everything below it along at a replica that polls, in any order of names and kinds.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/replicas.sh"
. "$TESTS/lib/tree.sh"
start_postgres
tree_tables
tell_of_changes units people teams members
tree_conf | with_feed >"$T/units-first.conf"
awk '/^pgsql-(kind|list) units/ { kept = kept "\n" $0; next } { print } /^pgsql-list users/ { print substr(kept, 2) }' "$T/units-first.conf" >"$T/users-first.conf"
for conf in units-first users-first; do
    rm -f "$T"/feed*
    start_slapd "$T/$conf.conf"
    eventually 20 begun feed-started 1
    REPLICA=()
    start_replica "$conf" refreshOnly
    copied "the first copy" 20
    for name in Hamburg Zetel Bremen; do # before and after Steintor, which is in it
        q "UPDATE units SET name = '$name', note = '$name' WHERE id = 1"
        eventually 10 search -b "ou=$name,$base" -s base
        copied "a unit that is renamed to $name ($conf)" 10
    done
    stop_replica "$conf"
    stop_slapd
done
