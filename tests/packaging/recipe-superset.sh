#!/bin/bash
# The recipe for Superset serves users with Werkzeug's hashes, and their roles.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/recipes.sh"
/usr/bin/python3 -c 'import werkzeug' 2>/dev/null || skip "Werkzeug is missing; packaging/setup --tests installs it"
application superset <"$TESTS/recipes/superset.sql"
new_directory
contains "$OUT" 'recipe superset (Superset)'
contains "$OUT" '4 users, 3 may log in'
logs_in ann secret
logs_in ben secret
refuses ann wrong
refuses ben wrong
refuses off secret
refuses oauth secret
same "cn: Ann Example
mail: ann@example.org
uidNumber: 2000001" "$(entry '(&(uid=Ann)(objectClass=posixAccount))' cn mail uidNumber | sort)" "the attributes"
same "ann ben off" "$(members Alpha)" "the members, some by a group"
same "Admin Alpha ann" "$(groups_of ann | xargs -n 1 | sort | xargs)" "the groups of a user"
same "cn: Alpha" "$(entry '(gidNumber=3000003)' cn)" "the group of a number"
reports_nothing 'UPDATE ab_user SET last_login = now(), login_count = login_count + 1, fail_login_count = 0'
reports "INSERT INTO ab_group_role (group_id, role_id) VALUES (1, 2)"
same "ann ben" "$(members Public)" "the members of a role that a group got"

# A hash of Werkzeug itself, and damaged ones, which lock out their own users and nobody else.
hash=$(/usr/bin/python3 -c 'from werkzeug.security import generate_password_hash; print(generate_password_hash("new"))')
database -c "UPDATE ab_user SET password = '$hash' WHERE username = 'ben'"
logs_in ben new
for damage in "left(password, 40)" "replace(password, ':', '')" "'secret'" "''" "'pbkdf2:sha256' || substr(password, 21)"; do
    database -c "UPDATE ab_user SET password = $damage WHERE username = 'ben'"
    refuses ben new
    refuses ben secret
    logs_in ann secret
    database -c "UPDATE ab_user SET password = '$hash' WHERE username = 'ben'"
done

# Without groups, as in older versions.
database -c 'DROP TABLE ab_group_role, ab_user_group, ab_group'
rm -r "$T/new.superset"
new_directory --for applications
logs_in ann secret
same "Admin Alpha" "$(groups_of ann | xargs -n 1 | sort | xargs)" "the groups of a user"
same "" "$(groups_of ben)" "the groups of another user"
