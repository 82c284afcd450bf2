# An entry that is absent between two comparisons stays at a replica that refreshes meanwhile.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/replicas.sh"
start_postgres
notified_changes
start_slapd - < <(feed_conf | sed 's/^pgsql-feed-interval.*/pgsql-feed-interval 4/')
logged feed-started
start_replica poll refreshOnly
copied "the first copy" 20
csn() { at_provider -s base contextCSN | sed -n 's/^contextCSN: //p'; }
at_provider() { search -D "cn=admin,$base" -w admin -b "$base" "$@"; }
newer() { [ "$(csn)" != "$before" ]; }
polled() { [ "$(replica_log poll | grep -c 'LDAP_RES_SEARCH_RESULT')" -ge "$1" ]; } # TIMES
for round in 1 2; do
    before=$(csn)
    q "UPDATE \"Users\" SET \"cn\" = 'Round $round' WHERE \"uid\" = 'ann'"
    eventually 10 newer
    # The next comparison is four seconds later.
    q "CREATE TABLE kept$round AS SELECT * FROM \"Users\" WHERE \"uid\" = 'fay'; DELETE FROM \"Users\" WHERE \"uid\" = 'fay'"
    eventually 10 polled $(($(replica_log poll | grep -c 'LDAP_RES_SEARCH_RESULT') + 2))
    q "INSERT INTO \"Users\" SELECT * FROM kept$round"
    replicated poll '(uid=ann)' "cn: Round $round"
    copied "round $round" 10
done
