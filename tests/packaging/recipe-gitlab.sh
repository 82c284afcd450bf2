#!/bin/bash
# The recipe for GitLab serves people who may log in, and groups with their paths.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/recipes.sh"
application gitlab <"$TESTS/recipes/gitlab.sql"
new_directory
contains "$OUT" 'recipe gitlab (GitLab)'
logs_in ann secret
logs_in ben secret
refuses ann wrong
for user in blocked locked new expired nopassword project_1_bot; do refuses "$user" secret; done
same "cn: Ann Example
mail: Ann@example.org
uidNumber: 2000001" "$(entry '(&(objectClass=posixAccount)(uid=ann))' cn mail uidNumber | sort)" "a user"
same "" "$(dns -b "$base" '(uid=project_1_bot)')" "a bot"
same "ann blocked" "$(members Engineering)" "the members, without requests, expired, minimal and waiting ones, and bots"
same "ben" "$(members Engineering/backend)" "the members of a subgroup"
same "gidNumber: 3000011" "$(entry '(cn=engineering/backend)' gidNumber)" "the number of a group"
same "" "$(dns -b "$base" '(gidNumber=3000001)')" "the namespace of a user"
same "Engineering/backend" "$(groups_of ben | sed 's/ ben//; s/ben //')" "the groups of a user"

reports_nothing "UPDATE users SET sign_in_count = 2, current_sign_in_at = now(), last_activity_on = now(), failed_attempts = 1, updated_at = now()"
reports "UPDATE users SET state = 'banned' WHERE username = 'ben'"
refuses ben secret
