#!/bin/bash
# The recipe for Nextcloud serves its users and groups, with any prefix of tables.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/recipes.sh"
application nextcloud <"$TESTS/recipes/nextcloud.sql"
new_directory
contains "$OUT" 'recipe nextcloud (Nextcloud)'
contains "$OUT" '5 users, 4 may log in'
contains "$OUT" 'uidNumber from 2000000, by a table of numbers'
for user in ann ANN ben cid; do logs_in "$user" secret; done
for user in ann ben cid; do refuses "$user" wrong; done
refuses off secret
refuses nopassword secret
same "cn: Ann Example
mail: ann@example.org
uidNumber: 2000000" "$(entry '(&(uid=ann)(objectClass=posixAccount))' cn mail uidNumber | sort)" "the attributes"
same "mail: ben@example.com" "$(entry '(&(uid=ben)(objectClass=posixAccount))' mail)" "the chosen address"
same "ann ben off" "$(members staff)" "the members"
same "description: The Staff" "$(entry '(gidNumber=3000001)' description)" "the group of a number"
same "admin ann staff" "$(groups_of ann | xargs -n 1 | sort | xargs)" "the groups of a user"
reports_nothing "INSERT INTO oc_preferences VALUES ('ben', 'login', 'lastLogin', '1'); UPDATE oc_preferences SET configvalue = '1800000000' WHERE configkey = 'lastLogin'; DELETE FROM oc_preferences WHERE configkey = 'lang'"
for change in "INSERT INTO oc_preferences VALUES ('cid', 'core', 'enabled', 'false')" "UPDATE oc_preferences SET configvalue = 'true' WHERE userid = 'cid'" \
    "DELETE FROM oc_preferences WHERE userid = 'cid'" "UPDATE oc_preferences SET configvalue = 'c@example.org' WHERE configkey = 'email' AND userid = 'ben'"; do
    reports "$change"
done

# slapd finds these triggers complete.
sed -i 's/^pgsql-uri/pgsql-cache 16\n&/' "$T/new.nextcloud/slapd.conf"
serve
logs_in ann secret
logged cache-enabled

# A new user gets a number. Damaged hashes lock out their own users, and nobody else.
database -c "INSERT INTO oc_users (uid, uid_lower, password) SELECT 'New', 'new', password FROM oc_users WHERE uid = 'cid'"
same "uidNumber: 2000005" "$(entry '(&(uid=new)(objectClass=posixAccount))' uidNumber)" "the number of a new user"
logs_in new secret
for damage in "left(password, 30)" "replace(password, '1|', '4|')" "'3|'" "'secret'" "'1|secret'"; do
    database -c "UPDATE oc_users SET password = $damage WHERE uid = 'New'"
    refuses new secret
    logs_in ann secret
    database -c "UPDATE oc_users n SET password = c.password FROM oc_users c WHERE n.uid = 'New' AND c.uid = 'cid'"
done

# Another prefix, beside tables with the usual one; groups without names to show, as before Nextcloud 18.
for table in users preferences groups group_user; do database -c "CREATE TABLE nc2_$table AS TABLE oc_$table"; done
database -c 'ALTER TABLE nc2_groups DROP displayname' -c "DELETE FROM nc2_users WHERE uid = 'cid'"
expect 3 wizard --dry-run
contains "$ERR" '--recipe nextcloud --users public.nc2_users'
rm -r "$T/new.nextcloud"
new_directory --users nc2_users --for applications
logs_in ann secret
refuses cid secret
same "admin staff" "$(groups_of ann | xargs -n 1 | sort | xargs)" "the groups of a user"
