#!/bin/bash
# PAM accepts a login after its push approval, with one prompt per login.
. "$(dirname "$0")/clients.sh"
. "$TESTS/lib/push.sh"

start_postgres
quick_hashes
start_push
users_say approve
start_ldap ldap1 AUTH_BACKENDS=sql,notification NOTIFICATION_URL="http://127.0.0.1:$PUSH_PORT/send" NOTIFICATION_TIMEOUT=10
start_sssd ldap1

expect 0 login ann secret
contains "$OUT" 'successfully authenticated'
contains "$OUT" 'account management done'
same 1 "$(prompts '"ann"')" "prompts for one login"

expect 1 login ann wrong
same 1 "$(prompts)" "prompts after a wrong password"

# Longer than SSSD waits for a search (6 s), while other users can be looked up.
users_say 'after 8 approve'
(eventually 5 prompted 2; within 2 in_sssd id gus >"$T/gus") &
expect 0 login bob secret
contains "$OUT" 'successfully authenticated'
wait $!
contains "$(<"$T/gus")" '(gus)'
same 1 "$(prompts '"bob"')" "prompts for one slow login"

for answer in reject silent 'body {}'; do
    users_say "$answer"
    expect 1 login carl secret
    contains "$OUT" 'Authentication failure'
done
