#!/bin/bash
# The recipe for Discourse composes hashes of three columns, and serves groups.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/recipes.sh"
application discourse <"$TESTS/recipes/discourse.sql"
new_directory
contains "$OUT" 'recipe discourse (Discourse)'
logs_in ann secret
logs_in ben secret
refuses ann wrong
for user in suspended inactive nopassword damaged expired; do refuses "$user" secret; done
same "cn: Ann Example
mail: ann@example.org
uidNumber: 2000001" "$(entry '(&(objectClass=posixAccount)(uid=ann))' cn mail uidNumber | sort)" "a user"
same "" "$(dns -b "$base" '(|(uid=system)(uid=sender))')" "rows that are no users"
same "ann ben suspended" "$(members cooks)" "the members"
same "ann" "$(members admins)" "the members of a group that Discourse makes"
same "gidNumber: 3000041" "$(entry '(cn=Cooks)' gidNumber)" "the number of a group"
same "Cooks admins" "$(groups_of ann | tr ' ' '\n' | grep -vx ann | sort | xargs)" "the groups of a user"

reports_nothing "UPDATE users SET last_seen_at = now(), previous_visit_at = now(), ip_address = '192.0.2.7', updated_at = now()"
reports "UPDATE users SET suspended_till = '3000-01-01' WHERE id = 2"
refuses ben secret

# Before, hashes were in the users' table, with a table of those that have expired; still earlier, without that table and the algorithm.
database -c 'ALTER TABLE users ADD password_hash varchar(64), ADD salt varchar(32), ADD password_algorithm varchar(64)' \
    -c 'UPDATE users u SET password_hash = p.password_hash, salt = p.password_salt, password_algorithm = p.password_algorithm FROM user_passwords p WHERE p.user_id = u.id' \
    -c 'DELETE FROM user_passwords WHERE password_expired_at IS NULL' -c 'DROP INDEX index_user_passwords_on_user_id' \
    -c "INSERT INTO user_passwords (user_id, password_hash, password_salt, password_algorithm, password_expired_at, created_at, updated_at)
        SELECT 1, h, password_salt, password_algorithm, now(), now(), now() FROM user_passwords, unnest('{one before,another}'::text[]) h WHERE user_id = 8"
mv "$T/new.discourse" "$T/present"
new_directory
logs_in ann secret
refuses expired secret
database -c 'DROP TABLE user_passwords'
mv "$T/new.discourse" "$T/first"
new_directory
logs_in ann secret
database -c 'ALTER TABLE users DROP password_algorithm' -c "UPDATE users SET password_hash = 'c7e897553b2208f511abe66e8a2929fb9ce52ff7b79fb00b740ee9c765dbfc18' WHERE id = 1"
mv "$T/new.discourse" "$T/second"
new_directory
logs_in ann secret
refuses ann wrong
