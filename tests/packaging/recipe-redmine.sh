#!/bin/bash
# The recipe for Redmine serves its users, whose hashes Redmine wrote, and their groups.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/recipes.sh"
application redmine <"$TESTS/recipes/redmine.sql"
new_directory
contains "$OUT" 'recipe redmine (Redmine)'
contains "$OUT" 'users     public.users: 7 users, 5 may log in'
contains "$OUT" 'groups    public.users: 1 groups'
for user in ann ben; do
    logs_in "$user" secret12
    refuses "$user" wrong
done
for user in locked new ldap; do refuses "$user" secret12; done
refuses nopassword secret12
same "cn: Ann Example
gidNumber: 2000004
mail: Ann@example.org
uidNumber: 2000004" "$(entry '(&(uid=ann)(objectClass=posixAccount))' cn mail uidNumber gidNumber | sort)" "a user"
same "uid: ben" "$(entry '(&(uidNumber=2000005)(objectClass=posixAccount))' uid)" "the user of a number"
same "ann ben locked" "$(members 'support team')" "the members"
same "cn: Support Team" "$(entry '(gidNumber=3000008)' cn)" "the group of a number"
same "" "$(dns -b "$base" '(|(uidNumber=2000002)(uid=anonymous)(cn=anonymous users))')" "rows that are no users or groups"

# A login of Redmine writes last_login_on, which no query reads.
reports_nothing "UPDATE users SET last_login_on = now(), updated_on = now()"
reports "UPDATE users SET status = 3 WHERE login = 'ben'"
refuses ben secret12
