#!/bin/bash
# The recipe for Icinga Web 2 reads hashes from bytea, and members by name.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/recipes.sh"
application icingaweb <"$TESTS/recipes/icingaweb2.sql"
new_directory
contains "$OUT" 'recipe icingaweb2 (Icinga Web 2)'
contains "$OUT" 'users     public.icingaweb_user: 5 users, 4 may log in'
for user in ann 'ben example'; do
    logs_in "$user" secret
    refuses "$user" wrong
done
for user in off nopassword damaged; do refuses "$user" secret; done
same "ann ben example" "$(members administrators)" "the members"
same "gidNumber: 3000001" "$(entry '(cn=administrators)' gidNumber)" "the number of a group"
same "Administrators" "$(groups_of 'ben example' | sed 's/ ben example//; s/ben example //')" "the groups of a user"
same "createTimestamp: 20240301120000Z
modifyTimestamp: 20240302120000Z" "$(entry '(&(uid=ann)(objectClass=posixAccount))' createTimestamp modifyTimestamp | sort)" "the times"
number=$(entry '(&(uid=ann)(objectClass=posixAccount))' uidNumber)
same "uid: ann" "$(entry "(&(uidNumber=${number#*: })(objectClass=posixAccount))" uid)" "the user of a number"

# A new user has a number at once. Preferences, which a visit writes, are not read.
database -c "INSERT INTO icingaweb_user (name, active, password_hash) SELECT 'Zoe', 1, password_hash FROM icingaweb_user WHERE name = 'Ann'"
logs_in zoe secret
reports_nothing "INSERT INTO icingaweb_user_preference VALUES ('ann', 'locale', 'icingaweb', 'de')"
reports_nothing "UPDATE icingaweb_group SET mtime = now()"
reports "UPDATE icingaweb_user SET active = 0 WHERE name = 'Zoe'"
refuses zoe secret
