#!/bin/bash
# The recipe for Odoo serves internal users, with the groups that theirs imply.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/recipes.sh"
application odoo <"$TESTS/recipes/odoo.sql"
new_directory
contains "$OUT" 'recipe odoo (Odoo)'
logs_in ann@example.org secret
logs_in ben secret
refuses ben wrong
for user in archived customer@example.net nopassword plain; do refuses "$user" secret; done
same "cn: Ann Example
mail: ann@example.org
uidNumber: 2000002" "$(entry '(&(objectClass=posixAccount)(uid=Ann@example.org))' cn mail uidNumber | sort)" "a user"
same "" "$(dns -b "$base" '(uid=__system__)')" "Odoo's own user"
same "ann@example.org archived ben" "$(members 'Sales / User')" "the members"
same "ann@example.org archived ben" "$(members 'internal user')" "the members of an implied group"
same "gidNumber: 3000013" "$(entry '(cn=Inventory / User)' gidNumber)" "the number of a group"
same "Internal User Sales / User" "$(groups_of ben | sed 's/ ben//; s/ben //')" "the groups of a user, each once"

reports_nothing "UPDATE res_users SET write_date = now(), signature = 'Ann'"
reports_nothing "UPDATE res_partner SET write_date = now()"
reports "UPDATE res_users SET active = false WHERE login = 'ben'"
refuses ben secret

# For applications, which need no numbers; portal users may log in.
rm -r "$T/new.odoo"
new_directory --for applications --login-filter u.active
logs_in customer@example.net secret
same "cn=Internal User,ou=groups,$base cn=Inventory / User,ou=groups,$base" "$(entry '(uid=ann@example.org)' memberOf | sed 's/^memberOf: //' | grep -v Sales | sort | xargs -d '\n')" "memberOf"

# Odoo 19 names the groups of an application by a privilege; before Odoo 16 names were no JSON.
database -c 'CREATE TABLE res_groups_privilege (id serial PRIMARY KEY, name jsonb NOT NULL, category_id integer)' \
    -c "INSERT INTO res_groups_privilege SELECT id, name FROM ir_module_category" \
    -c 'ALTER TABLE res_groups DROP CONSTRAINT res_groups_name_uniq' -c 'ALTER TABLE res_groups RENAME category_id TO privilege_id'
rm -r "$T/new.odoo"
new_directory
same "ann@example.org" "$(members 'Inventory / User')" "the members in Odoo 19"
database -c 'DROP TABLE res_groups_privilege' -c 'ALTER TABLE res_groups RENAME privilege_id TO category_id' \
    -c "ALTER TABLE res_groups ALTER name TYPE varchar USING name ->> 'en_US'" -c "ALTER TABLE ir_module_category ALTER name TYPE varchar USING name ->> 'en_US'"
rm -r "$T/new.odoo"
new_directory
same "ann@example.org" "$(members 'Inventory / User')" "the members in Odoo 15"
