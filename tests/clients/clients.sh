# Starts the deployment for a test (PostgreSQL, ldap1, ldap2, SSSD) and removes it, however the test ends.

CLIENTS=$(dirname "${BASH_SOURCE[0]}")
# shellcheck source=tests/lib.sh
. "$CLIENTS/../lib.sh"
# shellcheck source=tests/clients/servers.sh
. "$CLIENTS/servers.sh"
# shellcheck source=tests/clients/sssd.sh
. "$CLIENTS/sssd.sh"

can_run_sssd

end_clients() {
    local status=$?
    set +e
    case $status in 0 | 77) ;; *) client_logs >&2 ;; esac
    stop_sssd
    end_servers || { [ "$status" != 0 ] || status=1; }
    end_as "$status"
    cleanup # lib.sh's, which looks at $?
}
end_as() { return "$1"; }
trap end_clients EXIT

client_logs() {
    local log
    for log in "$T"/ldap[12].log "$T/sssd/out" "$T"/sssd/log/*.log; do
        [ ! -s "$log" ] || { echo "--- the end of ${log#"$T"/}:"; tail -n "${LOG_LINES:-15}" "$log"; }
    done
}
