# A clock of slapd that differs from PostgreSQL's loses no change.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/replicas.sh"
LOG_LEVEL=stats,sync
start_postgres -c allow_system_table_mods=on
notified_changes
q "CREATE OR REPLACE FUNCTION pg_catalog.clock_timestamp() RETURNS timestamptz LANGUAGE sql VOLATILE AS \$\$ SELECT statement_timestamp() + interval '${OFFSET:=-1 hour}' \$\$"
start_slapd - < <(feed_conf)
logged feed-started
start_replica push refreshAndPersist
start_replica poll refreshOnly
copied "the first copy" 20
for round in 1 2; do
    q "UPDATE \"Users\" SET \"cn\" = 'Round $round' WHERE \"uid\" = 'ann'; DELETE FROM \"Users\" WHERE \"uid\" = '$([ $round = 1 ] && echo bob || echo carl)'"
    replicated push '(uid=ann)' "cn: Round $round"
    copied "round $round"
    stop_replica poll
    run_replica poll
    copied "round $round, after a restart of the replica"
done
