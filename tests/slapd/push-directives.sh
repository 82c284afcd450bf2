# Directives about the chain and approvals take effect online with the next login.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/push.sh"
start_postgres
quick_hashes
start_push
base=dc=example,dc=com
mkdir "$T/slapd.d"
manager_conf >"$T/slapd.conf"
"${PRELOAD[@]}" slaptest -f "$T/slapd.conf" -F "$T/slapd.d" >"$T/slaptest.log" 2>&1 || { cat "$T/slaptest.log"; fail "slaptest"; }
start_slapd "$T/slapd.d"
database=$(as_config ldapsearch -LLL -b cn=config "(olcSuffix=$base)" 1.1 | sed -n 's/^dn: //p')
change() { printf '%s\n' "dn: $database" "changetype: modify" "$@" | as_config ldapmodify >/dev/null; }
settings() { as_config ldapsearch -LLL -o ldif-wrap=no -s base -b "$database" | grep ^olc | sort; }
settings >"$T/before"
users_say reject
expect 0 change "add: olcPgPushUri" "olcPgPushUri: http://127.0.0.1:$PUSH_PORT/one" "-" "add: olcPgAuthBackends" "olcPgAuthBackends: sql notification"
expect 49 bind bob
users_say approve
expect 0 change "replace: olcPgPushUri" "olcPgPushUri: http://127.0.0.1:$PUSH_PORT/two"
expect 0 bind bob
same "1 1" "$(prompts 'POST /one') $(prompts 'POST /two')" "prompts at either address"
users_say 'after 1.5 approve'
expect 0 change "add: olcPgPushTimeout" "olcPgPushTimeout: 1"
expect 49 bind bob
users_say hold
expect 0 change "delete: olcPgPushTimeout" "-" "add: olcPgPushPending" "olcPgPushPending: 1"
bind bob >/dev/null &
eventually 10 prompted 4
expect 51 bind hal
users_say approve
release approve
wait $!
expect 0 change "delete: olcPgPushPending" "-" "add: olcPgPushWindow" "olcPgPushWindow: 0"
bind bob >/dev/null & first=$!
expect 0 bind bob
wait $first
same 6 "$(prompts)" "prompts without a window"
users_say approve
printf 'x\n' >"$T/ca"
expect 0 change "delete: olcPgPushWindow" "-" "add: olcPgPushCa" "olcPgPushCa: $T/ca" "-" "replace: olcPgPushUri" "olcPgPushUri: https://127.0.0.1:$PUSH_PORT/"
expect 52 bind bob # a file without certificates
expect 0 change "delete: olcPgPushCa" "-" "delete: olcPgAuthBackends" "-" "delete: olcPgPushUri"
expect 0 bind bob
same 6 "$(prompts)" "prompts by the password alone"

# Nothing is left, and what was there is there after a restart.
same "$(<"$T/before")" "$(settings)" "cn=config"
expect 0 change "add: olcPgPushUri" "olcPgPushUri: http://127.0.0.1:$PUSH_PORT/three" "-" "add: olcPgAuthBackends" "olcPgAuthBackends: notification,sql"
settings >"$T/before"
contains "$(<"$T/before")" "olcPgAuthBackends: notification,sql"
stop_slapd
start_slapd "$T/slapd.d"
same "$(<"$T/before")" "$(settings)" "cn=config after a restart"
expect 0 bind bob
same 1 "$(prompts 'POST /three')" "prompts"
