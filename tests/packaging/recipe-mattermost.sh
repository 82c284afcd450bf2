#!/bin/bash
# The recipe for Mattermost serves users with old and new hashes, and teams.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/recipes.sh"
application mattermost <"$TESTS/recipes/mattermost.sql"
new_directory
contains "$OUT" 'recipe mattermost (Mattermost)'
contains "$OUT" '4 users, 3 may log in'
logs_in ann secret
logs_in Ben secret
refuses ann wrong
refuses ben wrong
refuses off secret
refuses saml secret
same "" "$(dns -b "$base" '(|(uid=robot)(uid=remote))')" "bots and users of other servers"
same "cn: Ann Example
mail: ann@example.org
uidNumber: 2000000" "$(entry '(&(uid=ann)(objectClass=posixAccount))' cn mail uidNumber | sort)" "the attributes"
same "ann off" "$(members staff)" "the members"
same "cn: staff
description: The Staff" "$(entry '(gidNumber=3000000)' cn description | sort)" "the group of a number"
same "ann staff" "$(groups_of ann | xargs -n 1 | sort | xargs)" "the groups of a user, without the archived team"
reports_nothing "UPDATE users SET lastlogin = 1, updateat = 1, failedattempts = 0"
reports "UPDATE users SET deleteat = 1 WHERE username = 'ben'"
database -c 'UPDATE users SET deleteat = 0 WHERE username = $$ben$$'

# A new user gets a number. Damaged hashes lock out their own users, and nobody else.
database -c "INSERT INTO users (id, deleteat, username, password, email) SELECT 'new', 0, 'New.User', password, 'new@example.org' FROM users WHERE username = 'ben'"
same "uidNumber: 2000004" "$(entry '(&(uid=new.user)(objectClass=posixAccount))' uidNumber)" "the number of a new user"
logs_in new.user secret
for damage in left\(password,30\) "'\$pbkdf2\$f=SHA256,w=x,l=32\$aa\$bb'" "'\$pbkdf2\$f=MD5,w=1000,l=32' || substr(password, 31)" NULL; do
    database -c "UPDATE users SET password = $damage WHERE username = 'New.User'"
    refuses new.user secret
    logs_in ben secret
done
