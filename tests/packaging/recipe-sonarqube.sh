#!/bin/bash
# The recipe for SonarQube serves its local users and its groups.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/recipes.sh"
application sonarqube <"$TESTS/recipes/sonarqube.sql"
new_directory
contains "$OUT" 'recipe sonarqube (SonarQube)'
contains "$OUT" '6 users, 4 may log in'
for user in ann ben; do
    logs_in "$user" secret
    refuses "$user" wrong
done
for user in off sso bad none; do refuses "$user" secret; done
same "cn: Ann Example
mail: ann@example.org" "$(entry '(&(objectClass=posixAccount)(uid=ann))' cn mail | sort)" "a user"
same "ann" "$(members Reviewers)" "the members"
same 'sonar-users' "$(groups_of ben | sed 's, ben,,; s,ben ,,')" "the groups of a user"
reports_nothing "UPDATE users SET last_connection_date = 1, updated_at = 1"
reports "UPDATE users SET active = false WHERE login = 'ben'"
refuses ben secret
