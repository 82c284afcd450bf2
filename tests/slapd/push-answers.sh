# A push login succeeds only if the reply approves it in time.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/push.sh"
start_postgres
quick_hashes
start_push
base=dc=example,dc=com
start_slapd - < <(manager_conf; push_conf; echo "pgsql-push-timeout 3")

users_say approve
expect 0 bind ann
same "dn:uid=ann,$base" "$OUT" "who ann is"
same 1 "$(prompts)" "prompts for one login"
contains "$(<"$T/push/requests")" '"line": "POST /send HTTP/1.1", "type": true, '
for part in '"username": "ann"' '"title": "' '"body": "' '"callback": "approve"' '"callback": "reject"' '"icon": "' 'from 127.0.0.1'; do
    contains "$(<"$T/push/requests")" "$part"
done

# The password goes first: without it no phone rings.
expect 49 bind ann wrong
expect 49 bind nobody
same 1 "$(prompts)" "prompts after a wrong password"

refuse() { # CODE ANSWER REASON: nobody gets in, in time, and the log says why
    users_say "$2"
    within 15 expect "$1" bind bob
    log_has "step=notification outcome=$([ "$1" = 49 ] && echo refused || echo unavailable) reason=\"$3"
}
refuse 49 reject 'not approved'
refuse 49 'body {"action": "Approve"}' 'not approved'
refuse 49 'body {"action": "approve "}' 'not approved'
for text in '{}' '{"action": true}' '{"action": ["approve"]}' '{"Action": "approve"}' '{"a": {"action": "approve"}}' '[{"action": "approve"}]' '"approve"' null; do
    refuse 49 "body $text" 'the push endpoint returned no action'
done
for text in '' approve '{"action": "approve"' "{'action': 'approve'}" '{"action": "approve"} x' '<html>approve</html>'; do
    refuse 52 "body $text" 'the push endpoint returned invalid JSON'
done
for status in 500 503 404 401 304; do refuse 52 "status $status" "the push endpoint returned HTTP status $status"; done
refuse 52 "redirect http://127.0.0.1:$PUSH_PORT/other" 'the push endpoint returned HTTP status 302'
refuse 52 endless 'the push endpoint failed: the response is larger than 64 KiB'
refuse 52 close 'the push endpoint failed: '
refuse 49 silent 'not approved within 3 s'
refuse 49 drip 'not approved within 3 s'
refuse 49 'after 3.5 approve' 'not approved within 3 s'
same "$(prompts)" "$(prompts 'POST /send')" "requests to the endpoint: no redirect was followed"
same "$(prompts)" "$((1 + $(grep -c 'step=notification outcome=[^a]' "$T/slapd.log")))" "prompts, one for each login"
same 1 "$(grep -c 'outcome=accepted' "$T/slapd.log")" "logins that succeeded"

users_say 'after 1 approve'
expect 0 bind bob
lacks "$(<"$T/slapd.log")" secret
