#!/bin/bash
# slapd-pgsql-status reports the image's supervisor in the same shape, and starts and stops slapd.
if [ "$(id -u)" = 0 ] && [ -z "${OWN_MOUNTS:-}" ] && unshare --mount --pid --fork true 2>/dev/null; then
    OWN_MOUNTS=yes exec setpriv --pdeathsig KILL -- unshare --mount --pid --fork --kill-child --mount-proc -- bash "$0"
fi
. "$(dirname "$0")/lib.bash"
[ -n "${OWN_MOUNTS:-}" ] || skip "containers of one's own need root"
need jq s6-svscan
mount -t tmpfs -o mode=755 tmpfs /run
start_postgres
manager_queries
free_port PORT
mkdir "$T/bin" "$T/supervise"
cp -R "$PROJECT/packaging/image/supervise/." "$T/supervise"
chmod 755 "$T"/supervise/{.s6-svscan/*,slapd/run,slapd/finish,slapd/data/check}
mkdir /run/slapd-pgsql
cp -R "$T/supervise/." /run/slapd-pgsql
# The image's /usr/sbin. Variables are in the environment, as in a container, but for the one that the test breaks.
printf '%s\n' '#!/bin/sh' ". '$T/broken'" "cd / && exec '$FROM_ENV' \"\$@\"" >"$T/bin/slapd-from-env"
printf '%s\n' '#!/bin/sh' "exec '$PROJECT/packaging/slapd-pgsql-status' \"\$@\"" >"$T/bin/slapd-pgsql-status"
chmod +x "$T"/bin/*
: >"$T/broken"
variables=(PATH="$T/bin:$PATH" HOME="$T" STATE_DIR="$T/state" BACK_PGSQL_MODULE="$MODULE" BIND_IP=127.0.0.1 PORT="$PORT" LDAP_COMMON_NAME=ldap1
    "${MANAGER[@]}" LDAP_BASE_DN=dc=example,dc=com REQUIRE_AUTH_FOR_SEARCH=false LDAP_MONITOR_PASSWORD=seen)
env -i "${variables[@]}" s6-svscan /run/slapd-pgsql >"$T/slapd.log" 2>&1 &
supervisor=$!
status() { env -i "${variables[@]}" slapd-pgsql-status "$@"; }
is() { same "$2" "$(jq -c "$1" <<<"$OUT")" "$1 of $OUT"; }

expect 0 status --wait 20
is 'keys_unsorted' '["state","wanted","answers","uri","pid","since","restarts","last_end","database","version"]'
is '[.state, .wanted, .answers, .uri, .restarts, .last_end, .database.state]' "[\"ready\",\"up\",true,\"ldaps://127.0.0.1:$PORT/\",0,null,\"healthy\"]"
first=$(jq .pid <<<"$OUT")
same slapd "$(cat "/proc/$first/comm")" "the process"

# A restart, after the supervisor has noticed that slapd answers, and a crash: other processes, which are counted.
began() { [ "$(s6-svstat -o ready /run/slapd-pgsql/slapd)" = true ]; }
eventually 5 began
expect 0 status --restart --wait 20
is '[.state, .restarts, .last_end.exit]' '["ready",1,0]'
second=$(jq .pid <<<"$OUT")
[ "$first" != "$second" ] || fail "the process is the same: $OUT"
contains "$(<"$T/slapd.log")" 'slapd gentle shutdown'
kill -KILL "$second"
restarted() { status | jq -e '.restarts == 2 and .state == "ready" and .last_end.signal == 9'; }
eventually 20 restarted

# It stays down until it is started.
expect 0 status --stop --wait 20
is '[.state, .wanted, .answers, .pid, .database]' '["down","down",false,null,null]'
expect 1 status --wait 1
is .state '"down"'

# A start that cannot succeed: it is tried again; a restart does not wait for the next try.
echo 'export SQL_URI=nothing' >"$T/broken"
expect 0 status --start
waiting() { jq -e '.state == "waiting" and .wanted == "up" and .last_end.exit == 2' < <(status); }
failed_often() { waiting && [ "$(</run/slapd-pgsql/slapd/failures)" -ge 4 ]; }
eventually 30 failed_often
: >"$T/broken"
within 6 expect 0 status --restart --wait 20 # the pause is 8 s
is '[.state, .wanted]' '["ready","up"]'

# It hangs, after the supervisor has noticed that it answers.
eventually 5 began
kill -STOP "$(jq .pid <<<"$OUT")"
expect 1 status
is '[.state, .wanted, .answers]' '["unresponsive","up",false]'
kill -CONT "$(jq .pid <<<"$OUT")"
kill -TERM "$supervisor"
wait "$supervisor" || true
