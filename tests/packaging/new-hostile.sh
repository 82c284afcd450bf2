#!/bin/bash
# The owner of an application's tables gets no rights of the superuser who reads them.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/recipes.sh"
as_owner() { database -c 'SET SESSION AUTHORIZATION shop' -c "$1"; }
unharmed() { same "" "$(q "SELECT rolname FROM pg_roles WHERE rolname = 'trespasser'")" "the role that only a superuser can create"; }
application netbox <<'END'
CREATE ROLE shop LOGIN;
GRANT CREATE, USAGE ON SCHEMA public TO shop;
SET ROLE shop;
CREATE TABLE auth_user (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), username text UNIQUE, password text, last_login timestamptz, is_active boolean);
INSERT INTO auth_user (username, is_active) VALUES ('ann', true);
CREATE FUNCTION trespass() RETURNS text LANGUAGE plpgsql AS $$ BEGIN EXECUTE 'CREATE ROLE trespasser SUPERUSER'; RETURN ''; EXCEPTION WHEN OTHERS THEN RETURN ''; END $$;
END

# Functions that fit the calls of the scripts better than those of PostgreSQL and of the scripts.
as_owner 'CREATE FUNCTION format(text, regclass) RETURNS text LANGUAGE sql AS $$ SELECT trespass() $$'
as_owner 'CREATE FUNCTION note(text, name, text) RETURNS text LANGUAGE sql AS $$ SELECT trespass() $$'
as_owner 'CREATE AGGREGATE string_agg(name, text) (SFUNC = note, STYPE = text)'
for types in 'text, text' 'regclass, name' 'text, text, text, text, text' 'regclass, name, name, name, name'; do
    as_owner "CREATE FUNCTION back_pgsql_watch_columns($types) RETURNS text LANGUAGE sql AS 'SELECT trespass()'"
done
as_owner 'CREATE FUNCTION back_pgsql_watch(regclass) RETURNS text LANGUAGE sql AS $$ SELECT trespass() $$'
new_directory
unharmed
database -c "SELECT back_pgsql_watch(VARIADIC '{auth_user}'::regclass[])" >/dev/null
unharmed

# The table of numbers goes on with a view in place of the table.
as_owner 'ALTER TABLE auth_user RENAME TO account'
as_owner 'CREATE VIEW auth_user AS SELECT id, username, password || trespass() AS password, last_login, is_active FROM account WHERE trespass() IS NOT NULL'
as_owner "INSERT INTO account (username) VALUES ('ben')"
unharmed

# A view or a cast of another role is refused, and nothing is read.
expect 2 wizard --dry-run --recipe django
contains "$ERR" 'public.auth_user runs functions of the role shop, and this role is a superuser; connect as shop'
unharmed
administrator() { echo "host=$T/pg port=$PGPORT user=shop dbname=$DATABASE"; }
expect 0 wizard --dry-run --recipe django
administrator() { echo "host=$T/pg port=$PGPORT user=postgres dbname=$DATABASE"; }
as_owner 'DROP VIEW auth_user'
as_owner 'ALTER TABLE account RENAME TO auth_user'
as_owner 'CREATE TYPE login AS (value text)'
as_owner 'CREATE FUNCTION login_text(login) RETURNS text LANGUAGE sql AS $$ SELECT ($1).value || trespass() $$'
as_owner 'CREATE CAST (login AS text) WITH FUNCTION login_text(login) AS IMPLICIT'
as_owner 'ALTER TABLE auth_user DROP username, ADD username login'
expect 2 wizard --dry-run --recipe django
contains "$ERR" 'public.auth_user runs functions of the role shop'
unharmed

# A line break in a name is no line of slapd.conf.
as_owner $'ALTER TABLE auth_user RENAME TO "x\nrootpw secret\n_user"'
expect 2 wizard --dry-run
contains "$ERR" 'netbox: '
lacks "$ERR" uninitialized
