#!/bin/bash
# Every command in doc/monitoring.md works, for each way to run slapd.
. "$(dirname "$0")/own-system.sh"
need promtool curl

# As in operations.md: the service slapd-pgsql, from variables.
cmake --install "$BUILD" --prefix /usr >/dev/null
q "ALTER ROLE ldap PASSWORD 'password'"
block doc/operations.md LDAP_BASE_DN= >/etc/default/slapd-pgsql
block doc/monitoring.md LDAP_MONITOR_PASSWORD= >>/etc/default/slapd-pgsql
echo LDAP_COMMON_NAME=ldap1.example.com >>/etc/default/slapd-pgsql
install -d /var/lib/prometheus/node-exporter /etc/prometheus
# The units, as they start and with the files that they read.
stand_in "$T/bin/systemctl.metrics" <<'END_OF_SCRIPT'
unit=$PROJECT/packaging/debian/slapd-back-pgsql.$1.service
credentials=$T/credentials
mkdir -p "$credentials"
cp /etc/default/slapd-pgsql "$credentials/variables"
OPTIONS=$(sed -n 's/^Environment="OPTIONS=\(.*\)"$/\1/p' "$unit")
OPTIONS=${OPTIONS//%d/$credentials}
file=$(sed -n 's/^EnvironmentFile=-//p' "$unit")
[ ! -e "$file" ] || . "$file"
command=$(sed -n 's/^ExecStart=//p' "$unit")
eval "${command/\$OPTIONS/$OPTIONS}"
END_OF_SCRIPT
mv "$T/bin/systemctl" "$T/bin/systemctl.slapd"
stand_in "$T/bin/systemctl" <<'END_OF_SCRIPT'
case "$*" in
    'enable --now slapd-pgsql-metrics')
        setsid "$T/bin/systemctl.metrics" slapd-pgsql-metrics >>"$T/metrics.log" 2>&1 </dev/null &
        until grep -q ' are at ' "$T/metrics.log"; do /bin/sleep 0.05; done
        ;;
    'enable --now slapd-pgsql-metrics-textfile.timer') "$T/bin/systemctl.metrics" slapd-pgsql-metrics-textfile ;;
    *) exec "$T/bin/systemctl.slapd" "$@" ;;
esac
END_OF_SCRIPT
prom=/var/lib/prometheus/node-exporter/slapd-pgsql.prom
before_monitoring() { :; }
after_monitoring() {
    case $1 in
        curl*) same 'slapd_pgsql_up 1' "$(grep -v '^#' <<<"$OUT")" "what the document promises" ;;
        'systemctl enable --now slapd-pgsql-metrics-textfile.timer') grep -qx 'slapd_pgsql_up 1' "$prom" || fail "the file does not say that slapd answers" ;;
        'promtool check rules '*) contains "$OUT" SUCCESS ;;
    esac
}
run_document doc/monitoring.md monitoring
same 6 "$count" "the document's commands"
block doc/monitoring.md rule_files: >/etc/prometheus/prometheus.yml
expect 0 promtool check config /etc/prometheus/prometheus.yml
grep -qx "/usr/share/slapd-pgsql/[a-z/.-]*" <<<"$(find /usr/share/slapd-pgsql/grafana/slapd-pgsql.json)" || fail "the dashboard is not installed"

# By ldaps, from elsewhere: the password goes only to a server whose certificate is verified.
echo change-me >"$T/password"
by_ldaps() { slapd-pgsql-metrics --uri "ldaps://$1.example.com" --bind-dn cn=monitoring,cn=Monitor --password-file "$T/password" "${@:2}"; }
expect 0 by_ldaps ldap1 --ca-file /var/lib/slapd-pgsql/self-signed.crt
contains "$OUT" 'slapd_pgsql_up 1'
expect 1 by_ldaps ldap2 --ca-file /var/lib/slapd-pgsql/self-signed.crt # another name
expect 1 by_ldaps ldap1                                                # an unknown authority
"$T/bin/systemctl.slapd" disable --now slapd-pgsql

# A slapd without these variables, in both forms of its configuration, over ldapi.
mkdir -p /run/slapd
block doc/monitoring.md OPTIONS= >/etc/default/slapd-pgsql-metrics
root="rootdn gidNumber=0+uidNumber=0,cn=peercred,cn=external,cn=auth"
answers() { # what the service's command, for the node exporter, finds
    rm "$prom"
    expect 0 "$T/bin/systemctl.metrics" slapd-pgsql-metrics-textfile
    grep -q '^slapd_pgsql_pool_size{suffix="dc=example,dc=com"} 8$' "$prom" || fail "the metrics are not there: $(<"$prom")"
    expect 32 ldapsearch -x -H ldap://localhost -b cn=Monitor -s base
}
URI='ldap://localhost ldapi:///'
start_slapd - < <(manager_conf; block doc/monitoring.md 'database monitor')
answers
stop_slapd
mkdir "$T/slapd.d"
manager_conf | sed "s/^rootpw config/$root/" >"$T/slapd.conf"
expect 0 slaptest -n 0 -f "$T/slapd.conf" -F "$T/slapd.d"
start_slapd "$T/slapd.d"
block doc/monitoring.md 'dn: olcDatabase=monitor' | expect 0 ldapadd -Q -Y EXTERNAL -H ldapi:///
answers
stop_slapd
