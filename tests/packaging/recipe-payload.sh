#!/bin/bash
# The recipe for Payload serves the users of a collection.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/recipes.sh"
application payload <"$TESTS/recipes/payload.sql"
new_directory --for applications
contains "$OUT" 'recipe payload (Payload)'
for user in ann ben; do
    logs_in "$user@example.org" secret
    refuses "$user@example.org" wrong
done
refuses off@example.org secret
same "cn: Ann Example
mail: Ann@example.org" "$(entry '(uid=ann@example.org)' cn mail | sort)" "a user"
reports_nothing "UPDATE users SET login_attempts = 1, reset_password_token = 'x', updated_at = now(); INSERT INTO users_sessions VALUES (1, 1, 's', now(), now())"
reports "UPDATE users SET salt = repeat('0', 64) WHERE email = 'ben@example.org'"
refuses ben@example.org secret

# Another collection, with names, and with addresses to verify.
database -c 'ALTER TABLE users RENAME TO customers' -c 'ALTER TABLE customers ADD username text UNIQUE, ADD _verified boolean' \
    -c "UPDATE customers SET username = split_part(email, '@', 1), _verified = email LIKE 'A%', salt = (SELECT salt FROM customers WHERE id = 1), hash = (SELECT hash FROM customers WHERE id = 1)"
rm -r "$T/new.payload"
new_directory
contains "$OUT" 'public.customers: 3 users, 1 may log in'
logs_in ann secret
refuses ben secret
