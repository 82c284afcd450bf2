#!/bin/bash
# Ids become numbers that do not meet; uuids get numbers that are never reused.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/recipes.sh"
cat >"$T/people.recipe" <<'END'
# people.recipe: a view, without groups.
title: People
source: this test
[tables]
users: people (person, login)
[users]
id: u.person
name: u.login
password: u.password_hash
END
application portal <<END
CREATE TABLE account (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), login text NOT NULL UNIQUE, password_hash text, disabled boolean);
CREATE TABLE team (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), title text NOT NULL UNIQUE);
CREATE TABLE account_team (account_id uuid REFERENCES account ON DELETE CASCADE, team_id uuid REFERENCES team, PRIMARY KEY (account_id, team_id));
INSERT INTO account (login, password_hash, disabled) SELECT n, '$(slappasswd -h '{SSHA}' -s secret)', n = 'off' FROM unnest('{ann,ben,off}'::text[]) n;
INSERT INTO team (title) VALUES ('Red'), ('Blue');
INSERT INTO account_team SELECT a.id, t.id FROM account a, team t WHERE t.title = 'Red';
CREATE ROLE application LOGIN;
CREATE ROLE owner;
ALTER TABLE account OWNER TO owner;
ALTER TABLE team OWNER TO owner;
GRANT ALL ON ALL TABLES IN SCHEMA public TO application;
END
new_directory
contains "$OUT" 'uidNumber from 2000000, by a table of numbers; gidNumber from 3000000, by a table of numbers'
number() { entry "(&(uid=$1)(objectClass=posixAccount))" uidNumber | sed 's/.*: //'; }
same "2000000 2000001 2000002" "$(for name in ann ben off; do number "$name"; done | sort | xargs)" "the numbers of the users"
logs_in ann secret
refuses off secret
same "ann ben off" "$(members red)" "the members"
same "Red" "$(groups_of ann | sed 's/ ann//; s/ann //')" "the groups"
same "cn: Red" "$(entry "($(entry '(cn=red)' gidNumber | sed 's/: /=/'))" cn)" "the group of a number"

# The application adds and removes users as before; a number is used once.
as_application() { database -c 'SET ROLE application' -c "$1" 2>"$T/warnings"; }
ann=$(number ann)
as_application "DELETE FROM account WHERE login = 'ann'; INSERT INTO account (login) VALUES ('ann')"
[ "$(number ann)" != "$ann" ] || fail "the number of a removed user is used again"
same "2000003" "$(number ann)" "the number of a new user"
same "" "$(as_application 'SELECT * FROM slapd_pgsql.number' || true)" "what the application sees of the numbers"

# The function has no more rights than the owner of the table, also if a superuser ran the script.
same "owner" "$(database -c "SELECT string_agg(DISTINCT pg_get_userbyid(proowner)::text, ' ') FROM pg_proc WHERE proname ~ '^number_'")" "the owner of the functions"
database -c 'SET ROLE owner' -c "INSERT INTO account (login) VALUES ('dan')"
same "2000004" "$(number dan)" "the number of a user whom the owner adds"
expect 1 database -c 'SET ROLE owner' -c "INSERT INTO slapd_pgsql.number VALUES ('users', 'x', 1000)"

# Without a free number the user exists in the application, and is reported.
database -c 'ALTER SEQUENCE slapd_pgsql.users MAXVALUE 2000004'
as_application "INSERT INTO account (login) VALUES ('cid')"
contains "$(<"$T/warnings")" 'slapd_pgsql.number_users: nextval: reached maximum value'
same "1 " "$(database -c "SELECT count(*) FROM account WHERE login = 'cid'") $(number cid)" "the user and its number"

# The script can be run again.
database -c 'ALTER SEQUENCE slapd_pgsql.users MAXVALUE 2999999' -f "$T/new.portal/numbers.sql"
same "2000003 2000005" "$(number ann) $(number cid)" "the numbers afterwards"

# A view can have no trigger: the script says so, and gives numbers when it is run again.
database -c 'CREATE VIEW people AS SELECT id AS person, login, password_hash FROM account WHERE NOT coalesce(disabled, false)' -c 'DROP SCHEMA slapd_pgsql CASCADE'
rm -r "$T/new.portal"
new_directory --users people --recipe "$T/people.recipe"
contains "$(database -f "$T/new.portal/numbers.sql" 2>&1)" 'people is no table and can have no trigger: run this script again for new users'
database -c "INSERT INTO account (login) VALUES ('dot')"
same "" "$(number dot)" "a number without the script"
database -f "$T/new.portal/numbers.sql" 2>/dev/null
same "2000004" "$(number dot)" "a number by the script"

# Bases fit the ids; ids that are too large get numbers from the table.
application large <<END
CREATE TABLE users (id bigint PRIMARY KEY, login text UNIQUE, password text);
CREATE TABLE groups (id bigint PRIMARY KEY, name text UNIQUE);
CREATE TABLE user_groups (user_id bigint REFERENCES users, group_id bigint REFERENCES groups);
INSERT INTO users VALUES (5000000, 'ann', '$(slappasswd -h '{SSHA}' -s secret)');
INSERT INTO groups VALUES (1, 'red');
INSERT INTO user_groups VALUES (5000000, 1);
END
numbers() { expect 0 wizard --dry-run "$@"; sed -n 's/^  numbers *//p' <<<"$OUT"; }
same 'uidNumber = id + 10000000; gidNumber = id + 20000000' "$(numbers)" "bases for large ids"
expect 2 wizard --dry-run --uid-base 2000000 --gid-base 3000000
contains "$ERR" 'the numbers of users (2000000 and more) and of groups (3000000 and more) meet; give --uid-base and --gid-base further apart'
new_directory
same 15000000 "$(number ann)" "the number"
same "cn: red" "$(entry '(gidNumber=20000001)' cn)" "the group of a number"
database -c 'ALTER TABLE user_groups DROP CONSTRAINT user_groups_user_id_fkey; UPDATE users SET id = 5000000000'
same 'uidNumber from 2000000, by a table of numbers; gidNumber = id + 3000000' "$(numbers --recipe "$T/new.large/recipe")" "numbers for too large ids"
