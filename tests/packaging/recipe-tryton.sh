#!/bin/bash
# The recipe for Tryton serves its users, with hashes old and new, and its groups.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/recipes.sh"
[ -d /usr/lib/python3/dist-packages/trytond ] || skip "Tryton is missing; packaging/setup --tests installs it"
application tryton <"$TESTS/recipes/tryton.sql"
new_directory
contains "$OUT" 'recipe tryton (Tryton)'
for user in ann ben old; do
    logs_in "$user" secret
    refuses "$user" wrong
done
for user in admin off broken root; do refuses "$user" secret; done
same "cn: Ann Example
mail: Ann@example.org
uidNumber: 2000002" "$(entry '(&(objectClass=posixAccount)(uid=ann))' cn mail uidNumber | sort)" "a user"
same "" "$(dns -b "$base" '(uid=root)')" "Tryton's own user"
same "ann ben off" "$(members 'Stock Force')" "the members"
same "gidNumber: 3000002" "$(entry '(cn=Stock Force)' gidNumber)" "the number of a group"
same "Stock Force" "$(groups_of ann | sed 's/ ann//; s/ann //')" "the groups of a user"

# What Tryton writes today.
reports_nothing "UPDATE res_user SET write_date = now(), signature = 'Ann' WHERE id = 2"
new=$(/usr/bin/python3 -c 'from trytond.res.user import User; print(User.hash_password("another"))')
reports "UPDATE res_user SET password_hash = '$new' WHERE id = 2"
logs_in ann another
refuses ann secret
