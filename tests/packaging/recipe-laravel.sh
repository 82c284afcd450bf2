#!/bin/bash
# The recipe for Laravel serves users by address, and roles of users only.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/recipes.sh"
application laravel <"$TESTS/recipes/laravel.sql"
new_directory
contains "$OUT" 'recipe laravel (Laravel)'
contains "$OUT" 'users     public.users: 4 users, 4 may log in'
contains "$OUT" 'numbers   none'
for user in ann@example.org ben@example.org off@example.org; do
    logs_in "$user" secret
    refuses "$user" wrong
done
refuses invited@example.org secret
same "cn: Ann Example
mail: Ann@example.org" "$(entry '(uid=ann@example.org)' cn mail | sort)" "a user"
same "member: uid=ann@example.org,ou=people,$base
member: uid=ben@example.org,ou=people,$base" "$(entry '(cn=editors)' member | sort)" "the members"
same "cn=editors (api),ou=groups,$base cn=editors,ou=groups,$base" "$(entry '(uid=ann@example.org)' memberOf | sed 's/^memberOf: //' | tr A-Z a-z | sort | xargs -d '\n')" "memberOf"
same "" "$(entry '(uid=off@example.org)' memberOf)" "roles of other models"
# A login writes remember_token, which no query reads.
reports_nothing "UPDATE users SET remember_token = 'x', updated_at = now()"
reports "UPDATE users SET name = 'Benjamin' WHERE id = 2"

# Columns that many applications add: a name, a mark, soft deletes. Ids can be uuids.
database <<'END'
ALTER TABLE users ADD username text, ADD is_active boolean NOT NULL DEFAULT true, ADD deleted_at timestamp, ALTER id TYPE uuid USING lpad(id::text, 32, '0')::uuid;
ALTER TABLE model_has_roles ALTER model_id TYPE varchar(36) USING lpad(model_id::text, 32, '0')::uuid;
UPDATE users SET username = initcap(split_part(email, '@', 1)), is_active = email !~ '^off', deleted_at = CASE WHEN email ~ '^invited' THEN now() END;
END
mv "$T/new.laravel" "$T/first"
new_directory
contains "$OUT" 'users     public.users: 3 users, 2 may log in'
logs_in ben secret
refuses off secret
same "" "$(dns -b "$base" '(uid=invited)')" "a deleted user"
same "ann ben" "$(members editors)" "the members"
contains "$(entry '(&(uid=ben)(objectClass=posixAccount))' uidNumber)" 'uidNumber: 200000'
