#!/bin/bash
# slapd-pgsql-check reports users without a number, and which script gives them one.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/recipes.sh"
. "$TESTS/lib/check.sh"
application portal <<END
CREATE TABLE account (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), login text NOT NULL UNIQUE, password_hash text);
CREATE TABLE team (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), title text NOT NULL UNIQUE);
CREATE TABLE account_team (account_id uuid REFERENCES account, team_id uuid REFERENCES team, PRIMARY KEY (account_id, team_id));
INSERT INTO account (login, password_hash) SELECT n, '$(slappasswd -h '{SSHA}' -s secret)' FROM unnest('{ann,ben}'::text[]) n;
INSERT INTO team (title) VALUES ('Red');
END
new_directory
check() { # STATUS: the findings
    checked "$1" --brief "$T/new.portal/slapd.conf"
}
check 0
lacks "$OUT" 'skipped'

# Without the triggers, new rows have no numbers.
database -c 'DROP TRIGGER slapd_pgsql_users ON account' -c 'DROP TRIGGER slapd_pgsql_groups ON team' -c "INSERT INTO account (login, password_hash) VALUES ('cid', '!'), ('dan', '!')" \
    -c "INSERT INTO team (title) VALUES ('Blue')"
check 1
remedy='          do:  run numbers.sql again: it gives these rows numbers, and creates the trigger that does so for new ones; a view has none, so run it by a timer'
contains "$OUT" "pgsql-list users: 2 rows are skipped: it has no uidNumber (column uid_number)
          e.g. the row \"cid\" is skipped
          e.g. the row \"dan\" is skipped
$remedy"
contains "$OUT" "pgsql-list groups: 1 row is skipped: it has no gidNumber (column gid_number)
          e.g. the row \"Blue\" is skipped
$remedy"
database -f "$T/new.portal/numbers.sql"
check 0
lacks "$OUT" 'skipped'
database -c "INSERT INTO account (login, password_hash) VALUES ('eve', '!')"
check 0
lacks "$OUT" 'skipped'

# Without the table, the query decides.
sed 's/^.*un\.number AS uid_number/  nullif(un.number, 2000000) AS uid_number/; s/slapd_pgsql\.number/numbers/' "$T/new.portal/slapd.conf" >"$T/view.conf"
database -c 'CREATE VIEW numbers AS SELECT * FROM slapd_pgsql.number' -c 'GRANT SELECT ON numbers TO PUBLIC'
checked 1 --brief "$T/view.conf"
contains "$OUT" 'pgsql-list users: 1 row is skipped: it has no uidNumber (column uid_number)'
contains "$OUT" 'do:  return a number for each row, or leave these rows out of the query'
