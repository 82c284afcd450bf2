# A provider with syncprov-checkpoint feeds replicas, and ends.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/replicas.sh"
SYNCPROV='syncprov-checkpoint 1 1' start_provider
start_replica push refreshAndPersist
copied "the first copy" 20
q "UPDATE \"Users\" SET \"mail\" = 'ann@example.org' WHERE \"uid\" = 'ann'; DELETE FROM \"Users\" WHERE \"uid\" = 'bob'"
replicated push '(uid=ann)' 'mail: ann@example.org'
copied "a change"
restart_provider
q "UPDATE \"Users\" SET \"mail\" = 'ann@example.net' WHERE \"uid\" = 'ann'"
replicated push '(uid=ann)' 'mail: ann@example.net'
