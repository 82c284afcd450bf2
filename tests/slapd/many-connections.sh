# TLS clients come back after a restart, and slapd survives a lack of file descriptors.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/many-users.sh"
. "$TESTS/lib/many-clients.sh"
start_postgres
add_many_users
prepare_tls
{ tls_conf; manager_conf; } >"$T/slapd.conf"
start_slapd "$T/slapd.conf"
settled

start_clients u%d 19999
tell open 200 $((30 * TIMEOUT_FACTOR))
same 200 "$ready" "clients that are served"
tell each
same 200 "$answers" "answers"
kill -TERM "$SLAPD"
tell lost $((30 * TIMEOUT_FACTOR))
same 0 "$ready" "clients of a slapd that has ended"
stop_slapd
start_slapd "$T/slapd.conf"
tell wait $((30 * TIMEOUT_FACTOR))
same 200 "$ready" "clients after the restart"
tell each
same 200 "$answers" "answers after the restart"
stop_clients
stop_slapd

# With 100 open files. Some of the clients wait until slapd accepts them, others are closed by it and try again.
ulimit -S -n 100
start_slapd "$T/slapd.conf"
ulimit -S -n "$(ulimit -H -n)"
settled
start_clients u%d 19999 --timeout 5 --retry 0.2 1
served() { tell wait 0 && [ "$ready" -ge "$1" ]; }
tell open 200 0
log_has 'Too many open files'
eventually 20 served 70
[ "$ready" -lt 100 ] || fail "with 100 open files slapd serves $ready clients"
tell each
same "$ready" "$answers" "answers while other clients wait"
kill_backends >/dev/null # new sessions need files
tell each
same "$ready" "$answers" "answers by new sessions"
# Others are served in the place of those who leave, and all of those who can be.
tell leave 40
eventually 20 served 70
tell leave 110
tell wait 20
same 50 "$ready" "clients that are served after the others have left"
tell each
same 50 "$answers" "answers after the others have left"
within 5 expect 0 search -b dc=example,dc=com '(uid=ann)' uid
