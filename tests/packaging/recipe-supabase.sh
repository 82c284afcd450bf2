#!/bin/bash
# The recipe for Supabase serves the users of auth.users, despite row security.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/recipes.sh"
application supabase <"$TESTS/recipes/supabase.sql"
new_directory
contains "$OUT" 'recipe supabase (Supabase)'
contains "$OUT" '5 users, 3 may log in'
contains "$OUT" 'row security hides the rows of auth.users'
logs_in ann@example.org secret
logs_in Ben@example.org secret
refuses ann@example.org wrong
refuses ben@example.org wrong
for user in banned unconfirmed github sso deleted; do refuses "$user@example.org" secret; done
same "" "$(dns -b "$base" '(|(uid=sso@*)(uid=deleted@*)(objectClass=posixAccount))')" "rows that are no users, and numbers"
same "cn: Ann Example
mail: ann@example.org" "$(entry '(uid=ann@example.org)' cn mail | sort)" "the attributes"
same "cn: Ben" "$(entry '(mail=ben@example.org)' cn)" "another name"
reports_nothing "UPDATE auth.users SET last_sign_in_at = now(), updated_at = now(), recovery_token = 'x'"
reports "UPDATE auth.users SET banned_until = now() + '1 day' WHERE email = 'ben@example.org'"
refuses ben@example.org secret

# Damaged rows lock out their own users, and nobody else.
for damage in "encrypted_password = left(encrypted_password, 30)" "encrypted_password = '\$fbscrypt\$v=1,n=14,r=8,p=1\$aa\$bb'" \
    "encrypted_password = '{\"data\": \"\"}'" "email = NULL" "raw_user_meta_data = '[\"full_name\"]', encrypted_password = ''"; do
    database -c "UPDATE auth.users SET banned_until = NULL, $damage WHERE id::text LIKE '%2'"
    refuses ben@example.org secret
    logs_in ann@example.org secret
done

# For machines: uuids get numbers. Without the right to a policy: a view.
database -c "UPDATE auth.users SET email = 'ben@example.org' WHERE id::text LIKE '%2'"
database -c 'CREATE SCHEMA directory' -c 'CREATE VIEW directory.people AS TABLE auth.users' -c 'DROP POLICY slapd_supabase ON auth.users'
rm -r "$T/new.supabase"
new_directory --for machines --names local-part --users directory.people --recipe supabase
lacks "$(<"$T/new.supabase/role.sql")" POLICY
logs_in ann secret
same "uidNumber: 2000000" "$(entry '(&(uid=ann)(objectClass=posixAccount))' uidNumber)" "the number"
