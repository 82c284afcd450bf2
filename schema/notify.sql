-- notify.sql: has PostgreSQL tell every slapd of a change in the tables that it reads; see slapd-pgsql-operations(7), CACHE.
--
-- slapd-pgsql-check --triggers prints this with the tables that a configuration's queries read. Or run it in the database of the
-- tables, as their owner, and say which they are:
--   psql -X manager <notify.sql
--   psql -c 'SELECT back_pgsql_watch($$"Users"$$, $$"Groups"$$, $$"UserGroups"$$)' manager
-- Both may be run again, after a table was added for example. DROP FUNCTION back_pgsql_changed CASCADE takes the
-- triggers away.

-- One channel for all tables and nothing but the name of it: PostgreSQL sends equal notifications of a transaction
-- once, and slapd reads anew whatever it is asked for next.
CREATE OR REPLACE FUNCTION back_pgsql_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_catalog.pg_notify('back_pgsql', '');
    RETURN NULL;
END
$$;

-- Statement by statement, not row by row: an import of a million rows is one notification. A partitioned table and
-- each of its partitions need triggers of their own: a statement sets off those of the table that it names.
CREATE OR REPLACE FUNCTION back_pgsql_watch(VARIADIC tables regclass[]) RETURNS SETOF regclass LANGUAGE plpgsql
SET client_min_messages = warning AS $$
DECLARE
    one regclass;
BEGIN
    FOR one IN
        WITH RECURSIVE part(relation) AS (
            SELECT unnest(tables)::oid
            UNION
            SELECT CASE WHEN i.inhparent = part.relation THEN i.inhrelid ELSE i.inhparent END
            FROM part JOIN pg_catalog.pg_inherits i ON part.relation IN (i.inhparent, i.inhrelid)
        )
        SELECT part.relation FROM part
    LOOP
        EXECUTE format('DROP TRIGGER IF EXISTS back_pgsql_changed ON %s', one);
        EXECUTE format('CREATE TRIGGER back_pgsql_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON %s '
            'FOR EACH STATEMENT EXECUTE FUNCTION back_pgsql_changed()', one);
        RETURN NEXT one;
    END LOOP;
END
$$;
