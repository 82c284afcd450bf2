# Tables without triggers can take part in two-phase commit, and replicas get their changes after NOTIFY.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/replicas.sh"
start_postgres -c max_prepared_transactions=1
notified_changes
start_slapd - < <(feed_conf 'pgsql-feed-recheck 3600')
logged feed-started
start_replica push refreshAndPersist
copied "the first copy" 20
in_two_phases() { # NUMBER: of the change
    "$POSTGRES_BIN/psql" -h "$T/pg" -p "$PGPORT" -U postgres -X -q -v ON_ERROR_STOP=1 manager \
        <<<"BEGIN; UPDATE \"Users\" SET \"cn\" = 'Change $1' WHERE \"uid\" = 'ann'; PREPARE TRANSACTION 'change'; COMMIT PREPARED 'change';"
}
expect 3 in_two_phases 1
contains "$ERR" 'cannot PREPARE a transaction that has executed LISTEN, UNLISTEN, or NOTIFY'
q 'SET client_min_messages = warning; DROP FUNCTION back_pgsql_changed, back_pgsql_changed_columns CASCADE'
expect 0 in_two_phases 2
q 'NOTIFY back_pgsql'
replicated push '(uid=ann)' 'cn: Change 2'
