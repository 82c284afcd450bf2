#!/bin/bash
# A file for the node exporter has a replica's lag, never a wrong zero.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/prometheus.sh"
need promtool
[ ${#PRELOAD[@]} = 0 ] || skip "the packaging is tested with a plain build"
start_measured
start_measured_replica
file=$T/textfile/slapd-pgsql-replica.prom
series() { grep -v '^#' "$file" | sed "s|$LDAPS|PROVIDER|"; }
same_series() { same "$1" "$(series)" "the metrics"; }

umask 077
expect 0 write_lag --wait 20 --count
umask 022
same "" "$OUT$ERR" "what lag prints while the replica is up to date"
same_series 'slapd_pgsql_replica_up 1
slapd_pgsql_replica_lag_seconds 0
slapd_pgsql_replica_entries 18
slapd_pgsql_replica_provider_up{provider="PROVIDER"} 1
slapd_pgsql_replica_provider_lag_seconds{provider="PROVIDER"} 0
slapd_pgsql_replica_provider_entries{provider="PROVIDER"} 18'
expect 0 promtool check metrics <"$file"
same "" "$OUT$ERR" "what promtool reports"
same "644 slapd-pgsql-replica.prom" "$(stat -c %a "$file") $(ls "$T/textfile")" "the file's mode, and the files"

# A replica that does not copy lacks a change, and one that hangs is not up.
kill "$REPLICA_SLAPD"
wait "$REPLICA_SLAPD" || true
sed 's|^  provider=.*|  provider=ldaps://127.0.0.1:1|' "$T/replica.conf" >"$T/alone.conf"
run_measured_replica "$T/alone.conf"
pause 0.1
q "UPDATE \"Users\" SET mail = 'new@example.com' WHERE uid = 'ann'"
lags() { write_lag --wait 0 --warning 0 && series | grep -qE '^slapd_pgsql_replica_lag_seconds [0-9]+\.[0-9]*[1-9]' && series | grep -q '^slapd_pgsql_replica_provider_lag_seconds{provider="PROVIDER"} [0-9]*\.'; }
eventually 20 lags
expect 0 promtool check metrics <"$file"
expect 0 write_lag --wait 0 --warning 0
contains "$ERR" 'warning: replica: '
kill -STOP "$REPLICA_SLAPD"
expect 0 write_lag --wait 0
contains "$ERR" 'critical: replica: no answer within'
same_series 'slapd_pgsql_replica_up 0
slapd_pgsql_replica_provider_up{provider="PROVIDER"} 1'
kill -CONT "$REPLICA_SLAPD"

# No provider; then no replica.
stop_slapd
expect 0 write_lag --wait 0
contains "$ERR" "critical: replica: it cannot be compared"
same_series 'slapd_pgsql_replica_up 1
slapd_pgsql_replica_provider_up{provider="PROVIDER"} 0'
kill "$REPLICA_SLAPD"
wait "$REPLICA_SLAPD" || true
expect 0 write_lag --wait 0
same_series 'slapd_pgsql_replica_up 0
slapd_pgsql_replica_provider_up{provider="PROVIDER"} 0'

expect 2 write_lag --json
expect 2 write_lag --textfile "$T/nowhere/x.prom"
contains "$ERR" "--textfile: cannot write '$T/nowhere/x.prom'"
