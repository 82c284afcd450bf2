#!/bin/bash
# The recipe for Gitea serves users with each of its hashes, and organizations and teams.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/recipes.sh"
application gitea <"$TESTS/recipes/gitea.sql"
new_directory
contains "$OUT" 'recipe gitea (Gitea)'
contains "$OUT" 'groups    public.team, public.user: 5 groups'
contains "$OUT" '11 users, 8 may log in'
for user in ann ben cid dot eve fay gil; do logs_in "$user" secret; done
for user in ann dot gil; do refuses "$user" wrong; done
for user in prohibited inactive ldap oauth; do refuses "$user" secret; done
same "" "$(dns -b "$base" '(|(uid=bot)(uid=acme))')" "rows that are no users"
same "cn: Ann Example
mail: ann@example.org
uidNumber: 2000001" "$(entry '(&(uid=Ann)(objectClass=posixAccount))' cn mail uidNumber | sort)" "the attributes"
same "ann ben prohibited" "$(members acme/developers)" "the members of a team"
same "ann ben prohibited" "$(members acme)" "the members of an organization"
same "cid" "$(members empty)$(members none)" "the members of another organization"
same "acme acme/developers acme/owners ann" "$(groups_of ann | xargs -n 1 | sort | xargs)" "the groups of a user"
same "cn: acme/owners
cn: acme" "$(entry '(gidNumber=3000002)' cn && entry '(gidNumber=3000027)' cn)" "the groups of numbers"
reports_nothing 'UPDATE "user" SET last_login_unix = 1, updated_unix = 1'
reports "UPDATE \"user\" SET prohibit_login = true WHERE name = 'ben'"

# Damaged rows lock out their own users, and nobody else.
for damage in "salt = 'xyz'" "passwd = 'zz'" "salt = ''" "salt = NULL" "passwd_hash_algo = 'pbkdf2\$x\$50'" "passwd_hash_algo = 'argon2\$x\$y\$z\$50'" "passwd_hash_algo = 'new\$1'"; do
    database -c "BEGIN; CREATE TABLE kept AS TABLE \"user\"; UPDATE \"user\" SET $damage WHERE name IN ('cid', 'dot', 'fay'); COMMIT"
    for user in cid dot fay; do refuses "$user" secret; done
    logs_in ann secret
    database -c 'BEGIN; UPDATE "user" u SET salt = k.salt, passwd = k.passwd, passwd_hash_algo = k.passwd_hash_algo FROM kept k WHERE k.id = u.id; DROP TABLE kept; COMMIT'
done
logs_in cid secret
