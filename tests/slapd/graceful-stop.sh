#!/bin/bash
# With gentlehup slapd finishes what it has begun before it ends.
. "$(dirname "$0")/../lib.sh"

# Clients that are still connected when slapd ends this way are not freed by it; that is its own business.
PRELOAD=("${PRELOAD[@]/ASAN_OPTIONS=/ASAN_OPTIONS=detect_leaks=0:}")
start_postgres
start_slapd - < <(echo 'gentlehup on'; manager_conf)
settled
expected=$(dns -b dc=example,dc=com)

# A search that waits for its rows, and a client that has nothing to ask but stays connected.
q 'BEGIN; LOCK TABLE "Users"; SELECT pg_sleep(2)' >/dev/null &
lock=$!
locked() { [ "$(q "SELECT count(*) FROM pg_locks l JOIN pg_class c ON c.oid = l.relation WHERE c.relname = 'Users' AND l.mode = 'AccessExclusiveLock'")" = 1 ]; }
eventually 5 locked
search -b dc=example,dc=com 1.1 >"$T/answer" &
client=$!
exec {idle}<>"/dev/tcp/127.0.0.1/${URI##*:}"
waits() { [ "$(q "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND usename = 'ldap'")" = 1 ]; }
eventually 5 waits

kill -HUP "$SLAPD"
no_new_clients() { ! (exec 3<>"/dev/tcp/127.0.0.1/${URI##*:}") 2>/dev/null; }
eventually 5 no_new_clients
stop_slapd # SIGTERM
wait "$client" || fail "the search under way ended with status $?"
same "$expected" "$(sed -n 's/^dn: //p' "$T/answer" | sort)" "the answer to the search under way"
exec {idle}>&-
wait "$lock"
