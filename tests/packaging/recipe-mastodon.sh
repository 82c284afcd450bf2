#!/bin/bash
# The recipe for Mastodon serves its own users, without those of other servers, and roles.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/recipes.sh"
application mastodon <"$TESTS/recipes/mastodon.sql"
new_directory
contains "$OUT" 'recipe mastodon (Mastodon)'
logs_in ann secret
logs_in ben secret
refuses ann wrong
for user in suspended waiting nopassword; do refuses "$user" secret; done
same "cn: Ann Example
mail: ann@example.org
uidNumber: 2000001" "$(entry '(&(objectClass=posixAccount)(uid=ann))' cn mail uidNumber | sort)" "a user"
same "cn: ben" "$(entry '(&(objectClass=posixAccount)(uid=ben))' cn)" "a user without a full name"
same "ann suspended" "$(members owner)" "the members of a role"
same "gidNumber: 3000003" "$(entry '(cn=Owner)' gidNumber)" "the number of a role"
same "Owner" "$(groups_of ann | sed 's/ ann//; s/ann //')" "the groups of a user"
same "Moderator Owner" "$(dns -b "ou=groups,$base" '(&(gidNumber>=3000000)(objectClass=posixGroup))' | sed -n 's/^cn=\([^,]*\),.*/\1/p' | sort | xargs)" "the roles, without that of everybody"

reports_nothing "UPDATE users SET sign_in_count = 2, current_sign_in_at = now(), last_sign_in_at = now(), updated_at = now()"
reports_nothing "UPDATE accounts SET last_webfingered_at = now(), note = 'new', updated_at = now()"
reports "UPDATE users SET disabled = true WHERE email = 'ben@example.org'"
refuses ben secret
