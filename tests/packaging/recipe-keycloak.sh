#!/bin/bash
# The recipe for Keycloak serves the users and groups of one realm.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/recipes.sh"
application keycloak <"$TESTS/recipes/keycloak.sql"
expect 2 wizard --dry-run
contains "$ERR" 'the recipe needs the name of the realm; give --set realm=VALUE (Acme, master)'
expect 2 wizard --dry-run --set realm=acme
contains "$ERR" "--set: 'acme' is not the name of the realm (Acme, master)"
new_directory --set realm=Acme
contains "$OUT" 'recipe keycloak (Keycloak)'
contains "$(<"$T/new.keycloak/README")" 'second factors, and locks of the application after wrong passwords, do not count'
contains "$OUT" '6 users, 5 may log in'
for user in ann ben cid dot; do
    logs_in "$user" secret
    refuses "$user" wrong
done
logs_in ANN secret
for user in off idp service-account-web; do refuses "$user" secret; done
same "" "$(dns -b "$base" '(uid=service-account-web)')" "a service account"
same "cn: Ann Example
mail: ann@example.org
uidNumber: 2000000" "$(entry '(&(uid=ann)(objectClass=posixAccount))' cn mail uidNumber | sort | sed 's/200000[0-5]/2000000/')" "the attributes"
same "Staff Staff/Night Staff/Night/Deep ann ben cid dot idp off" "$(search -b "ou=groups,$base" '(cn=*)' cn | sed -n 's/^cn: //p' | sort | xargs)" "the groups"
same "ann off" "$(members Staff)" "the members"
same "ann" "$(members Staff/Night/Deep)" "the members of a group below"
same "Staff Staff/Night/Deep ann" "$(groups_of ann | xargs -n 1 | sort | xargs)" "the groups of a user"
reports_nothing "INSERT INTO offline_user_session VALUES ('s', md5('annr2'), 'r2', 1); UPDATE user_entity SET not_before = 1"
reports "UPDATE user_entity SET enabled = false WHERE username = 'ben'"

# Damaged rows lock out their own users, and nobody else.
for damage in "secret_data = 'no json {'" "secret_data = '{}'" "secret_data = replace(secret_data, '=\"', '\"')" "credential_data = NULL" \
    "credential_data = '{\"hashIterations\":\"x\",\"algorithm\":\"pbkdf2-sha256\"}'" "credential_data = replace(credential_data, 'pbkdf2-', 'bcrypt-')" \
    "credential_data = '{\"hashIterations\":5,\"algorithm\":\"argon2\"}'" "secret_data = replace(secret_data, 'value', 'Value')"; do
    database -c "BEGIN; CREATE TABLE kept AS TABLE credential; UPDATE credential SET $damage WHERE id = md5('ccid'); COMMIT"
    refuses cid secret
    logs_in ann secret
    database -c 'BEGIN; UPDATE credential c SET secret_data = k.secret_data, credential_data = k.credential_data FROM kept k WHERE k.id = c.id; DROP TABLE kept; COMMIT'
done
logs_in cid secret
# Groups in a circle have names, too.
database -c "UPDATE keycloak_group SET parent_group = 'g3' WHERE id = 'g2'"
same "ann off" "$(members Staff)" "the members, with groups in a circle"

# Another realm, in a folder of its own. Keycloak 8 had neither types of groups nor a parent at the top.
database -c "DELETE FROM keycloak_group WHERE type = 1" -c "ALTER TABLE keycloak_group DROP type, ALTER parent_group DROP NOT NULL" -c "UPDATE keycloak_group SET parent_group = NULL WHERE id = 'g4'" \
    -c "INSERT INTO credential SELECT 'new', NULL, type, md5('annr1'), NULL, NULL, secret_data, credential_data, 10 FROM credential WHERE id = md5('cben')"
rm -r "$T/new.keycloak"
new_directory --set realm=master --for applications
logs_in ann secret
refuses ben secret
same "cn: Another Ann
memberOf: cn=Staff,ou=groups,$base" "$(entry '(uid=ann)' cn memberOf | sort)" "the user of another realm"
