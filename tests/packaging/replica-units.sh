#!/bin/bash
# The unit that writes a replica's lag works under all its restrictions.
TMPDIR=${TMPDIR:-/tmp} # the unit hides /dev
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/prometheus.sh"
need systemd-analyze unshare ldapsearch
/usr/bin/python3 -c 'import seccomp' 2>/dev/null || skip "python3-seccomp is missing; packaging/setup --tests installs it"
[ "$(id -u)" = 0 ] && unshare --mount true 2>/dev/null || skip "only root can confine a process as systemd does"
[ ${#PRELOAD[@]} = 0 ] || skip "the packaging is tested with a plain build"

start_measured
start_measured_replica
replica=$T/packaging/slapd-pgsql-replica unit=slapd-pgsql-replica-textfile
mkdir "$T/packaging" "$T/state"
cp -R "$PROJECT/packaging/lib" "$PROJECT/packaging/slapd-pgsql-replica" "$T/packaging"
cp "$TESTS/packaging/confined" "$T"
for kind in service timer; do
    sed "s|/usr/sbin/slapd-pgsql-replica|$replica|; s|/var/lib/prometheus/node-exporter|$T/state|; /^Documentation=/d" "$PROJECT/packaging/debian/slapd-back-pgsql.$unit.$kind" >"$T/$unit.$kind"
done
expect 0 systemd-analyze verify "$T/$unit".{service,timer}
same "" "$(grep -F slapd-pgsql <<<"$OUT$ERR" || true)" "what systemd-analyze says of the units" # it reads others as well
expect 0 systemd-analyze security --offline=yes --threshold=20 --no-pager "$T/$unit.service"

# The directory belongs to Prometheus, the configuration to root and slapd's group.
eventually 20 eval 'write_lag && grep -qx "slapd_pgsql_replica_lag_seconds 0" "$T/textfile/slapd-pgsql-replica.prom"'
chown nobody "$T/state"
read -ra command < <(sed -n 's/^ExecStart=//p' "$T/$unit.service" | sed "s|\$OPTIONS|--config $T/replica.conf --uri $COPY|")
expect 0 "$T/confined" "$T/$unit.service" "$T/state" "$T" "${command[@]}"
same "" "$ERR" "what the unit logs"
grep -qx 'slapd_pgsql_replica_lag_seconds 0' "$T/state/slapd-pgsql-replica.prom" || fail "the unit has written: $(<"$T/state/slapd-pgsql-replica.prom")"
for forbidden in "touch $T/x" 'touch /etc/x' "chown root $T/state"; do
    ! "$T/confined" "$T/$unit.service" "$T/state" "$T" sh -c "$forbidden" >"$T/said" 2>&1 || fail "the unit may: $forbidden"
done
