#!/bin/bash
# Each alert fires on its cause only; the documentation explains alerts and panels.
. "$(dirname "$0")/../lib.sh"
need promtool
rules=$PROJECT/packaging/prometheus/slapd-pgsql.rules.yml
expect 0 promtool check rules "$rules"

# ALERT | minutes | series of a healthy server | the same with the cause; series are NAME LABELS VALUES, separated by ;
by='instance="ldap1",suffix="o=x"'
operations="slapd_pgsql_operations_total $by"
cases="SlapdPgsqlUnreachable | 2 | slapd_pgsql_up - 1x9 | slapd_pgsql_up - 1 0x9
SlapdPgsqlMetricsMissing | 4 | up job=\"slapd-pgsql\" 1x9; up job=\"other\" 0x9 | up job=\"slapd-pgsql\" 0x9; up job=\"other\" 1x9
SlapdPgsqlMetricsOld | 7 | node_textfile_mtime_seconds file=\"/x/slapd-pgsql.prom\" 0+60x9; node_textfile_mtime_seconds file=\"/x/apt.prom\" 0x9 | node_textfile_mtime_seconds file=\"/x/slapd-pgsql.prom\" 0x9
SlapdPgsqlDatabaseDown | 3 | slapd_pgsql_database_state $by 0 1x9 | slapd_pgsql_database_state $by 0 2x9
SlapdPgsqlDatabaseUnstable | 4 | slapd_pgsql_database_state $by 0 1 0x9 | slapd_pgsql_database_state $by 0 1x9
SlapdPgsqlDatabaseUnstable | 9 | slapd_pgsql_connections_lost_total $by 0+1x9 | slapd_pgsql_connections_lost_total $by 0+9x9
SlapdPgsqlUnavailableResults | 6 | $operations,outcome=\"answered\" 0+600x9; $operations,outcome=\"unavailable\" 7x9 | $operations,outcome=\"unavailable\" 0+6x9
SlapdPgsqlUnavailableResults | 6 | $operations,outcome=\"refused\" 0+600x9 | $operations,outcome=\"failed\" 0+6x9
SlapdPgsqlPoolExhausted | 3 | slapd_pgsql_pool_size $by 8x9; slapd_pgsql_pool_in_use $by 7x9 | slapd_pgsql_pool_size $by 8x9; slapd_pgsql_pool_in_use $by 8x9
SlapdPgsqlPoolExhausted | 3 | slapd_pgsql_pool_size $by 0x9; slapd_pgsql_pool_in_use $by 0x9 | slapd_pgsql_pool_size $by 1x9; slapd_pgsql_pool_in_use $by 1x9
SlapdPgsqlBusyResults | 6 | $operations,outcome=\"unavailable\" 0+6x9 | $operations,outcome=\"busy\" 0+6x9
SlapdPgsqlHashQueue | 3 | slapd_pgsql_hashes_waiting $by 10x9 | slapd_pgsql_hashes_waiting $by 11x9
SlapdPgsqlLoginsRefused | 9 | $operations,operation=\"bind\",outcome=\"refused\" 0+50x9; $operations,operation=\"search\",outcome=\"refused\" 0+900x9 | $operations,operation=\"bind\",outcome=\"refused\" 0+90x9
SlapdPgsqlWritesRefused | 9 | $operations,operation=\"modify\",outcome=\"answered\" 0+90x9 | $operations,operation=\"modify\",outcome=\"refused\" 0+5x9; $operations,operation=\"add\",outcome=\"refused\" 0+5x9
SlapdPgsqlCacheDisabled | 9 | slapd_pgsql_cache_listening $by 1x9; slapd_pgsql_cache_misses_total $by 0+9x9 | slapd_pgsql_cache_listening $by 0x9; slapd_pgsql_cache_misses_total $by 0+9x9
SlapdPgsqlCacheDisabled | 9 | slapd_pgsql_cache_listening $by 0x9; slapd_pgsql_cache_misses_total $by 0x9 | slapd_pgsql_cache_listening $by 1 0x9; slapd_pgsql_cache_misses_total $by 0+9x9
SlapdPgsqlStaleAnswers | 4 | slapd_pgsql_stale_answers_total $by 7x9; slapd_pgsql_stale_binds_total $by 7x9 | slapd_pgsql_stale_answers_total $by 0+1x9
SlapdPgsqlStaleAnswers | 4 | slapd_pgsql_stale_answers_total $by 0x9 | slapd_pgsql_stale_binds_total $by 0+1x9
SlapdPgsqlMetricsOld | 7 | node_textfile_mtime_seconds file=\"/x/other-replica.prom\" 0x9 | node_textfile_mtime_seconds file=\"/x/slapd-pgsql-replica.prom\" 0x9
SlapdPgsqlVirtualRefused | 9 | slapd_pgsql_virtual_refused_total $by 0+50x9 | slapd_pgsql_virtual_refused_total $by 0+90x9
SlapdPgsqlFeedFails | 9 | slapd_pgsql_feed_failures_total $by 3 4x9 | slapd_pgsql_feed_failures_total $by 3+9x9
SlapdPgsqlFeedLate | 4 | slapd_pgsql_feed_age_seconds $by 300x9 | slapd_pgsql_feed_age_seconds $by 900+60x9
SlapdPgsqlFeedNotReady | 8 | slapd_pgsql_feed_ready $by 0x9; slapd_pgsql_feed_age_seconds $by 0x9 | slapd_pgsql_feed_ready $by 0x9; slapd_pgsql_feed_age_seconds $by 0+1x9
SlapdPgsqlFeedNotReady | 8 | slapd_pgsql_feed_ready $by 0 1x9; slapd_pgsql_feed_age_seconds $by 9x9 | slapd_pgsql_feed_ready $by 0x9; slapd_pgsql_feed_age_seconds $by 9x9
SlapdPgsqlFeedNumberTaken | 4 | slapd_pgsql_feed_number_taken $by 0x9 | slapd_pgsql_feed_number_taken $by 1x9
SlapdPgsqlFeedHeldBack | 2 | slapd_pgsql_feed_held_back $by 0x9 | slapd_pgsql_feed_held_back $by 1x9
SlapdPgsqlReplicaUnreachable | 3 | slapd_pgsql_replica_up - 1x9 | slapd_pgsql_replica_up - 1 0x9
SlapdPgsqlReplicaLag | 4 | slapd_pgsql_replica_lag_seconds - 60x9 | slapd_pgsql_replica_lag_seconds - 61x9
SlapdPgsqlReplicaCutOff | 8 | slapd_pgsql_replica_up - 1x9; slapd_pgsql_replica_lag_seconds - 0x9 | slapd_pgsql_replica_up - 1x9
SlapdPgsqlReplicaCutOff | 8 | slapd_pgsql_replica_up - 0x9 | slapd_pgsql_replica_up - 1x9; slapd_pgsql_replica_lag_seconds instance=\"ldap2\" 0x9
SlapdPgsqlReplicaProvider | 8 | slapd_pgsql_replica_provider_up - 1x9; slapd_pgsql_replica_provider_lag_seconds - 60x9 | slapd_pgsql_replica_provider_up - 0x9
SlapdPgsqlReplicaEntries | 13 | slapd_pgsql_replica_entries - 16x15; slapd_pgsql_replica_provider_entries $by,provider=\"a\" 16x15 | slapd_pgsql_replica_entries - 17x15; slapd_pgsql_replica_provider_entries $by,provider=\"a\" 16x15
SlapdPgsqlReplicaProvider | 8 | slapd_pgsql_replica_provider_up - 1 0 1x9 | slapd_pgsql_replica_provider_up - 1x9; slapd_pgsql_replica_provider_lag_seconds - 61x9"

test_of() { # ALERT MINUTES SERIES COUNT: a test of promtool; COUNT alerts fire
    local name labels values
    echo '  - interval: 1m'
    echo '    input_series:'
    while read -r name labels values; do
        [ "$labels" != - ] || labels=$by
        printf "      - series: '%s{%s}'\n        values: '%s'\n" "$name" "$labels" "$values"
    done < <(tr ';' '\n' <<<"$3")
    printf "    promql_expr_test:\n      - expr: count(ALERTS{alertname=\"%s\",alertstate=\"firing\"})\n        eval_time: %sm\n" "$1" "$2"
    if [ "$4" = 0 ]; then echo '        exp_samples: []'; else printf "        exp_samples:\n          - value: %s\n" "$4"; fi
}
{
    printf 'rule_files:\n  - %s\nevaluation_interval: 1m\ntests:\n' "$rules"
    while IFS='|' read -r alert minutes healthy cause; do
        test_of "${alert% }" "${minutes// /}" "$healthy" 0
        test_of "${alert% }" "${minutes// /}" "$cause" 1
    done <<<"$cases"
} >"$T/tests.yml"
expect 0 promtool test rules "$T/tests.yml"
sed -i 's/value: 1$/value: 2/' "$T/tests.yml"
expect 1 promtool test rules "$T/tests.yml" # the tests can fail

alerts=$(sed -n 's/^ *- alert: //p' "$rules" | sort)
same "$alerts" "$(cut -d '|' -f 1 <<<"$cases" | tr -d ' ' | sort -u)" "the alerts that are tested"
same "$alerts" "$(grep -oE '^\| `SlapdPgsql[A-Za-z]+` \|' "$PROJECT/doc/monitoring.md" | tr -d '|\` ' | sort)" "the alerts in doc/monitoring.md"
same "$(sed -n 's/^      "title": "\(.*\)",$/\1/p' "$PROJECT/packaging/grafana/slapd-pgsql.json")" \
    "$(sed -n '/^## Panels/,/^## Alerts/s/^| \([A-Zs][^|]*[^ |]\) |.*/\1/p' "$PROJECT/doc/monitoring.md")" "the panels in doc/monitoring.md"
