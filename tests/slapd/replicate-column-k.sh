# A values query may name its columns as the module names its own.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/replicas.sh"
start_postgres
q "CREATE TABLE notes AS SELECT \"uid\" AS h, \"cn\" AS k FROM \"Users\"; GRANT SELECT ON notes TO ldap"
notified_changes
tell_of_changes notes
start_slapd - < <(feed_conf 'pgsql-values users description SELECT h AS username, k FROM notes')
logged feed-started
start_replica push refreshAndPersist
copied "the first copy" 20
q "UPDATE notes SET k = 'changed' WHERE h = 'bob'"
replicated push '(uid=bob)' 'description: changed'
lacks "$(<"$T/pg/postgres.log")" ambiguous
