# An entry that was added after the state of a provider was saved last is removed at replicas, also with a session log.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/replicas.sh"
SYNCPROV='syncprov-sessionlog 100' start_provider
start_replica push refreshAndPersist
copied "the first copy" 20
cp "$T/feed" "$T/feed.saved"
add_users 3000 3000
replicated push '(uid=u3000)' 'uid: u3000'
stop_slapd
cp "$T/feed.saved" "$T/feed" # from a backup, or it could not be written since
q "DELETE FROM \"Users\" WHERE \"uid\" = 'u3000'"
start_slapd "$T/slapd.conf"
q "UPDATE \"Users\" SET \"cn\" = 'Later' WHERE \"uid\" = 'bob'"
replicated push '(uid=bob)' 'cn: Later'
copied "a provider with an old state" 20
