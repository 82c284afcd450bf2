#!/bin/bash
# With AUTH_BACKENDS=sql,notification only an approved login with the right password succeeds.
. "$(dirname "$0")/lib.bash"
. "$TESTS/lib/push.sh"

start_postgres
manager_queries
start_push
serve "${MANAGER[@]}" LDAP_UNENCRYPTED=true AUTH_BACKENDS=sql,notification NOTIFICATION_URL="http://127.0.0.1:$PUSH_PORT/send-notification" \
    NOTIFICATION_TIMEOUT=2
login() { ldap_tool ldapwhoami -D "uid=$1,dc=example,dc=com" -w "$2"; }

users_say approve
expect 0 login ann ann-secret
contains "$(<"$T/push/requests")" '"POST /send-notification HTTP/1.1"'
expect 49 login ann wrong
same 1 "$(prompts)" "prompts"
users_say reject
expect 49 login ann ann-secret
users_say silent
within 5 expect 49 login ann ann-secret
tr '\0' '\n' <"/proc/$SLAPD/environ" >"$T/environ"
! grep -q 'send-notification' "$T/environ" || fail "the endpoint's address, which may hold a key, is in slapd's environment"
stop_slapd
