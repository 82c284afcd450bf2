# A row that is removed while a provider is down and loses its state is removed at replicas, also with a session log.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/replicas.sh"
SYNCPROV='syncprov-sessionlog 100' start_provider
start_replica push refreshAndPersist
copied "the first copy" 20
stop_slapd
rm "$T"/feed*
q "DELETE FROM \"Users\" WHERE \"uid\" = 'gus'"
start_slapd "$T/slapd.conf"
q "UPDATE \"Users\" SET \"cn\" = 'Later' WHERE \"uid\" = 'bob'"
replicated push '(uid=bob)' 'cn: Later'
copied "a provider without its state" 20
