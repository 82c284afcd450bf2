# A change of one row replays what the list query has, even if a lookup has it otherwise.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/replicas.sh"
start_postgres
notified_changes
start_slapd - < <(feed_conf 'pgsql-private-groups off' | sed '/^pgsql-lookup users uid/,/WHERE "uid" = ?/s/"cn" AS full_name/lower("cn") AS full_name/')
logged feed-started
start_replica push refreshAndPersist
copied "the first copy" 20
q "UPDATE \"Users\" SET \"mail\" = 'new@example.com' WHERE \"uid\" = 'bob'"
replicated push '(uid=bob)' 'mail: new@example.com' 'cn: Bob Baker'
