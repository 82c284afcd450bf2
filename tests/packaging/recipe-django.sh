#!/bin/bash
# The recipe for Django serves users whose hashes Django wrote, and their groups.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/recipes.sh"
/usr/bin/python3 -c 'import django, psycopg2, argon2, bcrypt' 2>/dev/null || skip "Django is missing; packaging/setup --tests installs it"
application netbox </dev/null
/usr/bin/python3 "$TESTS/recipes/django_users.py" "$T/pg" "$PGPORT" netbox

new_directory
contains "$OUT" 'recipe django (Django)'
for user in ann ben cid dot; do
    logs_in "$user" secret
    refuses "$user" wrong
done
refuses off secret
refuses nopassword secret
same "mail: Ann@example.org
uidNumber: 2000001" "$(entry '(&(objectClass=posixAccount)(uid=ann))' uidNumber mail | sort)" "the number and the address"
same "uid: ann" "$(entry '(&(uidNumber=2000001)(objectClass=posixAccount))' uid)" "the user of a number"
same "ann ben cid dot off" "$(members staff)" "the members"
same "Staff" "$(groups_of ben | sed 's/ ben//; s/ben //')" "the groups of a user"

# A login writes last_login, which no query reads.
reports_nothing "UPDATE auth_user SET last_login = now()"
reports "UPDATE auth_user SET is_active = false WHERE username = 'ben'"
refuses ben secret

# For applications there are no numbers, and groups have members by DN.
rm -r "$T/new.netbox"
new_directory --for applications --hide-denied
logs_in ann secret
refuses off secret
same "" "$(entry '(uid=ann)' uidNumber)$(dns -b "$base" '(uid=off)')" "numbers and hidden users"
same "Staff" "$(groups_of ann)" "the groups of a user"
same "memberOf: cn=Staff,ou=groups,dc=example,dc=com" "$(entry '(uid=ann)' memberOf)" "memberOf"

# The recipe of an application wins over that of a framework.
database -c 'CREATE SCHEMA zabbix' -c 'CREATE TABLE zabbix.users (userid int, username text, name text, surname text, passwd text, autologout text)' \
    -c 'CREATE TABLE zabbix.usrgrp (usrgrpid int, name text, users_status int, gui_access int)' -c 'CREATE TABLE zabbix.users_groups (usrgrpid int, userid int)'
expect 0 wizard --dry-run
contains "$OUT" 'recipe zabbix (Zabbix)'
