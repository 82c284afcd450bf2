# What changes while directives are changed online arrives soon.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/replicas.sh"
start_provider_online
for round in {1..10}; do
    if ((round % 2)); then
        expect 80 change 'replace: olcPgFeedState' 'olcPgFeedState: /nowhere/feed'
    else
        expect 0 change 'replace: olcPgTimeout' "olcPgTimeout: $round"
    fi
    q "UPDATE \"Users\" SET \"cn\" = 'Round $round' WHERE \"uid\" = 'ann'"
    replicated push '(uid=ann)' "cn: Round $round"
done
