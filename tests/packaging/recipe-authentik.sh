#!/bin/bash
# The recipe for authentik serves its users, and groups whose ids are uuids.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/recipes.sh"
application authentik <"$TESTS/recipes/authentik.sql"
new_directory
contains "$OUT" 'recipe authentik (authentik)'
contains "$OUT" 'uidNumber = id + 2000000; gidNumber from 3000000, by a table of numbers'
logs_in ann secret
logs_in ben secret
refuses ann wrong
refuses off secret
refuses nopassword secret
same "cn: Ann Example
mail: Ann@example.org
uidNumber: 2000004" "$(entry '(&(objectClass=posixAccount)(uid=ann))' cn mail uidNumber | sort)" "a user"
same "" "$(dns -b "$base" '(uid=ak-outpost-1)')" "an outpost"
same "ann ben off" "$(members staff)" "the members"
same "cn: Staff" "$(entry "($(entry '(cn=Staff)' gidNumber | sed 's/: /=/'))" cn)" "the group of a number"
same "Staff authentik Admins" "$(groups_of ann | sed 's/ ann//; s/ann //')" "the groups of a user"

reports_nothing "UPDATE authentik_core_user SET last_login = now(), attributes = '{}'"
reports "UPDATE authentik_core_user SET is_active = false WHERE username = 'ben'"
refuses ben secret

# Since 2025 the table of the members has the name that one of Django's had.
database -c 'DROP TABLE authentik_core_user_groups' -c 'ALTER TABLE authentik_core_user_ak_groups RENAME TO authentik_core_user_groups'
mv "$T/new.authentik" "$T/first"
new_directory
same "ann ben off" "$(members staff)" "the members in 2025"
