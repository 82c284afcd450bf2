#!/bin/bash
# A superuser is refused tables that run functions of another role when they are read.
. "$(dirname "$0")/../lib.sh"
. "$TESTS/lib/recipes.sh"
application netbox <<'END'
CREATE ROLE shop LOGIN;
GRANT CREATE, USAGE ON SCHEMA public TO shop;
CREATE EXTENSION citext;
CREATE EXTENSION postgres_fdw;
CREATE SERVER other FOREIGN DATA WRAPPER postgres_fdw;
GRANT USAGE ON FOREIGN SERVER other TO shop;
SET ROLE shop;
CREATE TABLE auth_user (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), username citext UNIQUE, password text, last_login timestamptz, is_active boolean);
INSERT INTO auth_user (username, is_active) VALUES ('ann', true);
CREATE FUNCTION trespass() RETURNS boolean IMMUTABLE LANGUAGE plpgsql AS $$ BEGIN
    IF current_user = 'postgres' THEN RAISE LOG 'trespassed'; END IF;
    RETURN true;
END $$;
CREATE FUNCTION differs(text, text) RETURNS boolean IMMUTABLE LANGUAGE sql AS 'SELECT trespass()';
CREATE OPERATOR <~> (LEFTARG = text, RIGHTARG = text, FUNCTION = differs);
CREATE INDEX ON auth_user (lower(username::text)) WHERE username <> 'x'::citext; -- as applications do
CREATE TABLE child () INHERITS (auth_user);
END
as_owner() { database -c 'SET SESSION AUTHORIZATION shop' -c "$1"; }
expect 0 wizard --dry-run
while IFS='|' read -r make remove; do
    as_owner "$make"
    expect 2 wizard --dry-run
    contains "$ERR" 'public.auth_user runs functions of the role shop, and this role is a superuser; connect as shop'
    as_owner "$remove"
done <<'END'
CREATE INDEX i ON auth_user (username) WHERE trespass()|DROP INDEX i
CREATE INDEX i ON auth_user ((password <~> 'x'))|DROP INDEX i
CREATE STATISTICS i ON (CASE WHEN trespass() THEN username END), is_active FROM auth_user|DROP STATISTICS i
ALTER TABLE child ADD CONSTRAINT i CHECK (trespass())|ALTER TABLE child DROP CONSTRAINT i
CREATE INDEX i ON child (username) WHERE trespass()|DROP INDEX i
CREATE FOREIGN TABLE i () INHERITS (auth_user) SERVER other|DROP FOREIGN TABLE i
END
expect 0 wizard --dry-run
unharmed() { lacks "$(<"$T/pg/postgres.log")" 'LOG:  trespassed'; }
unharmed

# A function in the search path that fits the query better than the one of PostgreSQL.
as_owner 'CREATE FUNCTION lower(citext) RETURNS text IMMUTABLE LANGUAGE sql AS $$ SELECT CASE WHEN trespass() THEN pg_catalog.lower($1::text) END $$'
for options in "" "options='-c statement_timeout=30s'" "options=-cstatement_timeout=30s"; do
    administrator() { echo "host=$T/pg port=$PGPORT user=postgres dbname=$DATABASE $options"; }
    expect 0 wizard --dry-run
done
administrator() { echo "postgres://postgres@/$DATABASE?host=$T/pg&options=-cstatement_timeout%3D30s&port=$PGPORT"; }
expect 0 wizard --dry-run
unharmed

# Also after the wizard: its scripts do not read the table as the superuser who runs them.
expect 0 wizard --for machines --out "$T/new"
as_owner 'CREATE INDEX i ON auth_user (username) WHERE trespass()'
for script in numbers role triggers; do database -f "$T/new/$script.sql" >/dev/null; done
same 2000000 "$(database -c 'SELECT min(number) FROM slapd_pgsql.number')" "the number of the user"
unharmed
