# slapd stops cleanly while approvals are pending, and approves none of them.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/push.sh"
start_postgres
quick_hashes
start_push
base=dc=example,dc=com
begin() { # USER: a login in the background
    { local status=0; bind "$1" >/dev/null 2>&1 || status=$?; echo "$1 $status" >>"$T/results"; } &
    clients+=($!)
}
stop_with() { # ANSWER [LINE of slapd.conf…]: twenty logins wait when slapd is told to stop
    users_say "$1"
    shift
    clients=() && rm -f "$T/results" "$T/push/requests"
    start_slapd - < <(manager_conf; push_conf; printf '%s\n' "$@")
    eventually 20 looked_around
    local n
    for n in {1..10}; do begin ann; begin bob; done
    eventually 10 prompted 2
    eventually 10 eval '[ "$(grep -c " BIND dn=\"uid=" "$T/slapd.log")" -ge 20 ]'
    within 10 stop_slapd
    wait "${clients[@]}"
    same 0 "$(grep -c ' 0$' "$T/results")" "logins that succeeded"
    same 20 "$(wc -l <"$T/results")" "clients that got their end"
    rm "$T/slapd.log"
}
stop_with hold
stop_with hold 'moduleload ppolicy' 'overlay ppolicy'
stop_with endless 'pgsql-push-window 0'
stop_with drip

# Also when the approvals come at that very moment.
for _ in 1 2 3; do
    users_say hold
    rm -f "$T/push/release" "$T/push/requests"
    start_slapd - < <(manager_conf; push_conf; echo 'pgsql-push-window 0')
    eventually 20 looked_around
    for user in ann bob carl eve fay gus hal ivy; do begin $user; done
    eventually 10 prompted 8
    release approve
    eventually 10 test -s "$T/results"
    within 10 stop_slapd
    wait "${clients[@]}"
done
