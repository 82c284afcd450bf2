#!/bin/bash
# The recipe for Grafana serves its users and teams, without service accounts.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/recipes.sh"
application grafana <"$TESTS/recipes/grafana.sql"
new_directory
contains "$OUT" 'recipe grafana (Grafana)'
contains "$OUT" '5 users, 4 may log in'
logs_in ann secret
logs_in BEN secret
refuses ann wrong
for user in off oauth nohash; do refuses "$user" secret; done
same "" "$(dns -b "$base" '(uid=sa-1-robot)')" "a service account"
same "cn: Ann Example
mail: Ann@example.org
uidNumber: 2000001" "$(entry '(&(uid=ann)(objectClass=posixAccount))' cn mail uidNumber | sort)" "the attributes"
same "ann off" "$(members Operators)" "the members"
same "Branch/Operators ben" "$(groups_of ben | xargs -n 1 | sort | xargs)" "the groups of a user"
same "cn: Branch/Operators" "$(entry '(gidNumber=3000002)' cn)" "the group of a number"
reports_nothing 'UPDATE "user" SET last_seen_at = now(), updated = now()'
reports "UPDATE \"user\" SET is_disabled = true WHERE login = 'ben'"

# Damaged rows lock out their own users, and nobody else.
for damage in "password = 'zz'" "password = left(password, 20)" "salt = NULL" "salt = password || '\$'"; do
    database -c "UPDATE \"user\" SET $damage, is_disabled = false WHERE login = 'ben'"
    refuses ben secret
    logs_in ann secret
done

# Grafana of 2018 had neither disabled users nor service accounts.
database -c 'ALTER TABLE "user" DROP is_disabled, DROP is_service_account'
rm -r "$T/new.grafana"
new_directory --for applications
logs_in off secret
same "Operators" "$(groups_of ann)" "the groups of a user"
