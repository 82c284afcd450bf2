# Idle sessions are closed, and old sessions are replaced.
. "$(dirname "$0")/../lib.sh"
start_postgres
base=dc=example,dc=com
sessions() { q "SELECT pid FROM pg_stat_activity WHERE usename = 'ldap' ORDER BY 1"; }
none() { [ -z "$(sessions)" ]; }
ask() { expect 0 search -b $base '(uid=ann)'; }

{ manager_conf; echo "pgsql-session-idle-timeout 1"; } >"$T/slapd.conf"
start_slapd "$T/slapd.conf"
ask
[ -n "$(sessions)" ] || fail "there is no session right after a search"
eventually 10 none
ask
stop_slapd

{ manager_conf; echo "pgsql-session-lifetime 2"; } >"$T/slapd.conf"
start_slapd "$T/slapd.conf"
ask
first=$(sessions)
replaced() { ask; [ "$(comm -12 <(echo "$first") <(sessions) | wc -l)" = 0 ]; } # busy all the time
eventually 20 replaced
