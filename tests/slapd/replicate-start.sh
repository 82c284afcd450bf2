# What changed while the provider was down arrives after its start, whatever else happens then.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/replicas.sh"
LOG_LEVEL=stats,sync
start_provider
start_replica push refreshAndPersist
start_replica poll refreshOnly
copied "the first copy" 20
for round in {1..8}; do
    stop_slapd
    q "UPDATE \"Users\" SET \"cn\" = 'Round $round' WHERE \"uid\" IN ('ann', 'bob', 'carl', 'dora', 'eve', 'fay')"
    start_slapd "$T/slapd.conf"
    replicated push '(uid=ann)' "cn: Round $round"
    copied "round $round"
done
