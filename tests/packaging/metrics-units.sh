#!/bin/bash
# The units of slapd-pgsql-metrics work under all their restrictions.
TMPDIR=${TMPDIR:-/tmp} # the unit hides /dev
. "$(dirname "$0")/lib.bash"
need systemd-analyze unshare curl ldapsearch
/usr/bin/python3 -c 'import seccomp' 2>/dev/null || skip "python3-seccomp is missing; packaging/setup --tests installs it"
[ "$(id -u)" = 0 ] && unshare --mount true 2>/dev/null || skip "only root can confine a process as systemd does"

program=$T/packaging/slapd-pgsql-metrics
mkdir "$T/packaging" "$T/state"
cp -R "$PROJECT/packaging/lib" "$PROJECT/packaging/slapd-pgsql-metrics" "$T/packaging"
cp "$TESTS/packaging/confined" "$T"
for unit in slapd-pgsql-metrics.service slapd-pgsql-metrics-textfile.service slapd-pgsql-metrics-textfile.timer; do
    sed "s|/usr/sbin/slapd-pgsql-metrics|$program|; s|/var/lib/prometheus/node-exporter|$T/state|; /^Documentation=/d" "$PROJECT/packaging/debian/slapd-back-pgsql.$unit" >"$T/$unit"
done
expect 0 systemd-analyze verify "$T"/slapd-pgsql-metrics*.{service,timer}
same "" "$(grep -F slapd-pgsql <<<"$OUT$ERR" || true)" "what systemd-analyze says of the units" # it reads others as well
for unit in "$T"/*.service; do expect 0 systemd-analyze security --offline=yes --threshold=20 --no-pager "$unit"; done

start_postgres
manager_queries
free_port PORT
serve "${MANAGER[@]}" LDAP_UNENCRYPTED=true LDAP_MONITOR_PASSWORD='watch it'
free_port port
install -d "$T/credentials"
printf '%s\n' LDAP_UNENCRYPTED=true "PORT=$PORT" BIND_IP=127.0.0.1 'LDAP_MONITOR_PASSWORD=watch it' "METRICS_LISTEN=127.0.0.1:$port" "SQL_URI=postgres://secret" >"$T/credentials/variables"
chown -R nobody "$T/credentials"
chmod -R go= "$T/credentials"
started() { # UNIT: its command, with the credentials in $T
    sed -n 's/^ExecStart=//p' "$T/$1" | sed "s|\$OPTIONS|$(sed -n 's/^Environment="OPTIONS=\(.*\)"$/\1/p' "$T/$1")|; s|%d|$T/credentials|; s|/etc/default/slapd-pgsql|$T/credentials/variables|"
}

# ---- the service, as the user that systemd chooses for it
under() { "$T/confined" "$T/${unit:-slapd-pgsql-metrics.service}" "$T/state" "$T" "$@"; }
unset unit
read -ra command < <(started slapd-pgsql-metrics.service)
under "${command[@]}" >"$T/metrics.log" 2>&1 &
answers() { curl -s "http://127.0.0.1:$port/metrics" | grep -qx 'slapd_pgsql_up 1'; }
eventually 20 answers
contains "$(curl -s "http://127.0.0.1:$port/metrics")" 'slapd_pgsql_pool_size{suffix="dc=example,dc=com"} 8'
process=$(pgrep -f "^[^ ]*perl $program --listen")
same "nobody 1 2 0000000000000000" "$(stat -c %U "/proc/$process") $(sed -n 's/^NoNewPrivs:\t//p; s/^Seccomp:\t//p; s/^CapBnd:\t//p' "/proc/$process/status" | tac | xargs | awk '{ print $2, $1, $3 }')" "its rights"
kill "$process"

# ---- what it may not do
for forbidden in "touch $T/state/x" 'ls /home' 'cat /proc/1/cmdline >/dev/null' 'touch /var/lib/x' 'exec perl -MSocket -e "exit !socket my \$s, 16, SOCK_RAW, 0"'; do
    ! under sh -c "$forbidden" >"$T/said" 2>&1 || fail "the service may: $forbidden"
done

# ---- the file of the timer, in a directory of another user
chown -R root "$T/credentials"
chown nobody "$T/state"
unit=slapd-pgsql-metrics-textfile.service
read -ra writing < <(started $unit)
expect 0 under "${writing[@]}"
grep -qx 'slapd_pgsql_up 1' "$T/state/slapd-pgsql.prom" || fail "the file does not say that slapd answers"
for forbidden in "touch $T/x" 'touch /etc/x' "chown root $T/state"; do ! under sh -c "$forbidden" >"$T/said" 2>&1 || fail "the writer may: $forbidden"; done
unset unit

# ---- wrong variables end it for good
chown -R nobody "$T/credentials"
echo LDAP_UNENCRYPTED=true >"$T/credentials/variables"
expect 2 under "${command[@]}"
contains "$ERR" 'LDAP_MONITOR_PASSWORD: is not set'
echo 'LDAP_MONITOR_PASSWORD={SSHA}abcd' >>"$T/credentials/variables"
expect 2 under "${command[@]}"
contains "$ERR" 'is a hash'
lacks "$ERR" abcd
same 2 "$(sed -n 's/^RestartPreventExitStatus=//p' "$T/slapd-pgsql-metrics.service")" "the status after which systemd does not restart it"
