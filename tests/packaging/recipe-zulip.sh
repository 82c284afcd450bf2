#!/bin/bash
# The recipe for Zulip serves people by their addresses, of one organization or all.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/recipes.sh"
application zulip <"$TESTS/recipes/zulip.sql"
expect 0 wizard --dry-run --set organization=none
contains "$OUT" 'the table has no users with organization=none; see --set'
new_directory --set organization=.
contains "$OUT" 'recipe zulip (Zulip)'
contains "$(<"$T/new.zulip/README")" 'The name is the address.'
logs_in ann@example.org secret
logs_in ben@example.org secret
refuses ann@example.org wrong
for user in off nopassword cid dot; do refuses "$user@example.org" secret; done
same "cn: Ann Example
mail: Ann@example.org" "$(entry '(uid=ann@example.org)' cn mail | sort)" "a user"
same "" "$(dns -b "$base" '(|(uid=notification-bot*)(uid=cid@example.org)(cn=role:members)(cn=old)(cn=Players))')" "bots, other organizations, and Zulip's own groups"
same "Support" "$(groups_of ann@example.org)" "the groups of a user"

reports_nothing "UPDATE zerver_userprofile SET last_login = now(), long_term_idle = true"
reports "UPDATE zerver_userprofile SET is_active = false WHERE id = 9"
refuses ben@example.org secret

# All organizations, for machines: an address in two of them is ambiguous.
rm -r "$T/new.zulip"
database -c 'UPDATE zerver_userprofile SET is_active = true WHERE id = 9'
expect 0 wizard --dry-run
contains "$OUT" '1 of 7 users: the name of another one'
new_directory --for machines --names id
lacks "$OUT" 'the name of another one'
logs_in u12 secret
logs_in u13 secret
refuses u14 secret
same "u10 u8 u9" "$(members Support)" "the members"
same "gidNumber: 3000004" "$(entry '(cn=Players)' gidNumber)" "the number of a group"
