#!/bin/bash
# The recipe for Strapi serves confirmed users and their roles, in tables of both versions.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/recipes.sh"
application strapi <"$TESTS/recipes/strapi.sql"
new_directory
contains "$OUT" 'recipe strapi (Strapi)'
contains "$OUT" 'users     public.up_users: 6 users, 3 may log in'
for user in ann 'ben smith'; do
    logs_in "$user" secret1
    refuses "$user" wrong
done
for user in blocked new github nopassword; do refuses "$user" secret1; done
same "mail: ann@example.org
uidNumber: 2000001" "$(entry '(&(uid=ann)(objectClass=posixAccount))' mail uidNumber | sort)" "a user"
same "uid: ben smith" "$(entry '(&(uidNumber=2000002)(objectClass=posixAccount))' uid)" "the user of a number"
same "ann ben smith" "$(members 'content editors')" "the members"
same "description: Default role given to authenticated user.
gidNumber: 3000001" "$(entry '(cn=authenticated)' gidNumber description | sort)" "a group"

# A forgotten password writes a token, which no query reads.
reports_nothing "UPDATE up_users SET reset_password_token = 'x', updated_at = now()"
reports "UPDATE up_users SET blocked = true WHERE id = 2"
refuses 'ben smith' secret1

# Strapi 4 has another name for the table of members.
database -c 'ALTER TABLE up_users_role_lnk RENAME TO up_users_role_links' -c 'ALTER TABLE up_users DROP document_id, DROP locale'
mv "$T/new.strapi" "$T/first"
new_directory --for applications --login-filter 'u.blocked IS NOT TRUE'
logs_in new secret1
same "member: uid=ann,ou=people,$base
member: uid=ben smith,ou=people,$base" "$(entry '(cn=content editors)' member | sort)" "the members"
