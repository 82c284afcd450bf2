# A column that gets another type stops no copies, even if no client searches the provider.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/replicas.sh"
start_provider 'pgsql-feed-recheck 1'
start_replica push refreshAndPersist
copied "the first copy" 20
q 'ALTER TABLE "Users" ALTER "cn" TYPE text'
q "UPDATE \"Users\" SET \"cn\" = 'Changed' WHERE \"uid\" = 'bob'"
replicated push '(uid=bob)' 'cn: Changed'
