#!/bin/bash
# Prometheus scrapes slapd-pgsql-metrics and a replica's lag; dashboard and alerts work on them.
. "$(dirname "$0")/../lib.sh"
need prometheus prometheus-node-exporter promtool curl ldapsearch perl
. "$TESTS/lib/prometheus.sh"
start_measured
start_metrics
start_measured_replica
start_node_exporter
start_prometheus

# ---- the scraped values are those of cn=Monitor
counted() { [ "$(promql "$1")" = "$2" ]; } # EXPRESSION VALUE
attribute() { search -b cn=Databases,cn=Monitor "(olmPgSuffix=$base)" "$1" | sed -n "s/^$1: //p"; }
agrees() { counted "${1% *}" "$(attribute "${1##* }")"; } # "EXPRESSION ATTRIBUTE"
eventually 20 counted 'up{job="slapd-pgsql"}' 1
traffic 5
for pair in 'slapd_pgsql_operations_total{operation="search",outcome="answered"} olmPgSearchAnswered' \
    'slapd_pgsql_operations_total{operation="bind",outcome="refused"} olmPgBindRefused' 'slapd_pgsql_operations_total{operation="modify",outcome="answered"} olmPgModifyAnswered' \
    'slapd_pgsql_virtual_refused_total olmPgVirtualRefused' 'slapd_pgsql_cache_changes_total olmPgCacheChanges' 'slapd_pgsql_statements_total olmPgStatements'; do
    [ "$(attribute "${pair##* }")" -ge 5 ] || fail "${pair##* } is not counted: $(attribute "${pair##* }")"
    eventually 10 agrees "$pair" # a comparison for replicas may follow
done
eventually 20 counted slapd_pgsql_replica_lag_seconds 0
eventually 10 counted "slapd_pgsql_replica_provider_up{instance=\"replica1\",provider=\"$LDAPS\"}" 1
eventually 10 counted slapd_pgsql_feed_entries "$(attribute olmPgFeedEntries)"
same counter "$(curl -s "$PROMETHEUS/api/v1/metadata?metric=slapd_pgsql_statements_total" | grep -oE 'counter')" "the type that Prometheus knows"

# ---- the dashboard: no query fails, and each shows data while clients work
(while :; do traffic 1; pause 0.2; done) &
panels() { expect 0 "$TESTS/lib/dashboard" "$PROJECT/packaging/grafana/slapd-pgsql.json" "$PROMETHEUS" check; }
filled() { panels; ! grep '^0 ' <<<"$OUT"; }
eventually 30 filled
same "$(grep -c '"expr": ' "$PROJECT/packaging/grafana/slapd-pgsql.json")" "$(wc -l <<<"$OUT")" "the number of queries"
quantile=$(promql 'histogram_quantile(0.99, sum by (le) (rate(slapd_pgsql_operation_duration_seconds_bucket{operation="search"}[10s])))')
awk -v q="$quantile" 'BEGIN { exit !(q > 0 && q < 10) }' || fail "the 99th percentile of a search is not plausible: $quantile"

# ---- the alerts: evaluated without an error; none fires or is pending, then those about the database are
rules() { curl -s "$PROMETHEUS/api/v1/rules" | perl -MJSON::PP -e 'print map { "$_->{name} $_->{health} $_->{state}\n" } map { $_->{rules}->@* } decode_json(join "", <STDIN>)->{data}{groups}->@*'; }
evaluated() { ! rules | grep -v ' ok '; }
eventually 10 evaluated
same "" "$(rules | grep -v ' inactive$' || true)" "alerts while everything works"
stop_postgres immediate
raised() { rules | grep -qxE "$1 ok (pending|firing)"; }
for alert in SlapdPgsqlDatabaseDown SlapdPgsqlUnavailableResults SlapdPgsqlStaleAnswers SlapdPgsqlCacheDisabled; do eventually 30 raised $alert; done

# ---- slapd gone: up is 0, and nothing else is left; the replica has no provider, and is gone then
stop_slapd
eventually 20 counted slapd_pgsql_up 0
eventually 10 counted 'count({job="slapd-pgsql",__name__=~"slapd_pgsql_.*"})' 2
eventually 10 raised SlapdPgsqlUnreachable
for alert in SlapdPgsqlReplicaCutOff SlapdPgsqlReplicaProvider; do eventually 20 raised $alert; done
kill "$REPLICA_SLAPD"
eventually 20 raised SlapdPgsqlReplicaUnreachable
