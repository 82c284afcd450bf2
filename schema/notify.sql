-- notify.sql: has PostgreSQL tell every slapd of a change in the tables that it reads; see slapd-pgsql-operations(7), CACHE.
--
-- slapd-pgsql-check --triggers prints this with the tables that a configuration's queries read. Or run it in the database of the
-- tables, as their owner, and say which they are:
--   psql -X manager <notify.sql
--   psql -c 'SELECT back_pgsql_watch($$"Users"$$, $$"Groups"$$, $$"UserGroups"$$)' manager
-- Both may be run again, after a table was added for example. DROP FUNCTION back_pgsql_changed, back_pgsql_changed_columns,
-- back_pgsql_changed_rows CASCADE takes the triggers away. back_pgsql_watch_columns('users', 'name', 'password') does not report an
-- UPDATE that changes other columns only, such as the time of each login in the table of an application.
-- back_pgsql_watch_rows('settings', 'name = $$mail$$', 'name', 'value') reports no other rows either.
-- PostgreSQL refuses PREPARE TRANSACTION after a notification.

-- One channel for all tables and nothing but the name of it: PostgreSQL sends equal notifications of a transaction
-- once, and slapd reads anew whatever it is asked for next.
CREATE OR REPLACE FUNCTION back_pgsql_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_catalog.pg_notify('back_pgsql', '');
    RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION back_pgsql_unwatch(one regclass) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    trigger text;
BEGIN
    FOREACH trigger IN ARRAY '{back_pgsql_changed,back_pgsql_changed_columns,back_pgsql_inserted,back_pgsql_deleted}'::text[] LOOP
        EXECUTE pg_catalog.format('DROP TRIGGER IF EXISTS %I ON %s', trigger, one);
    END LOOP;
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
            SELECT pg_catalog.unnest(tables)::oid
            UNION
            SELECT CASE WHEN i.inhparent = part.relation THEN i.inhrelid ELSE i.inhparent END
            FROM part JOIN pg_catalog.pg_inherits i ON part.relation IN (i.inhparent, i.inhrelid)
        )
        SELECT part.relation FROM part
    LOOP
        PERFORM back_pgsql_unwatch(one);
        EXECUTE pg_catalog.format('CREATE TRIGGER back_pgsql_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON %s '
            'FOR EACH STATEMENT EXECUTE FUNCTION back_pgsql_changed()', one);
        RETURN NEXT one;
    END LOOP;
END
$$;

-- The arguments of the trigger are the columns. Rows are compared as text, since not all types have an equality. If that fails, as it
-- does when the application has dropped a column, every change is reported: the application's own statement must not fail.
CREATE OR REPLACE FUNCTION back_pgsql_changed_columns() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    changed boolean;
    columns text := (SELECT pg_catalog.string_agg(pg_catalog.format('%I::text', TG_ARGV[i]), ', ') FROM pg_catalog.generate_series(0, TG_NARGS - 1) i);
BEGIN
    BEGIN
        EXECUTE pg_catalog.format('SELECT EXISTS (SELECT %s FROM back_pgsql_new EXCEPT ALL SELECT %s FROM back_pgsql_old)', columns, columns) INTO changed;
    EXCEPTION WHEN OTHERS THEN
        changed := true;
    END;
    IF changed THEN
        PERFORM pg_catalog.pg_notify('back_pgsql', '');
    END IF;
    RETURN NULL;
END
$$;

-- A table with partitions or children is watched as a whole.
CREATE OR REPLACE FUNCTION back_pgsql_watch_columns(one regclass, VARIADIC columns name[]) RETURNS SETOF regclass LANGUAGE plpgsql
SET client_min_messages = warning AS $$
BEGIN
    IF EXISTS (SELECT FROM pg_catalog.pg_inherits i WHERE one IN (i.inhparent, i.inhrelid)) THEN
        RETURN QUERY SELECT back_pgsql_watch(VARIADIC ARRAY[one]::pg_catalog.regclass[]);
        RETURN;
    END IF;
    PERFORM back_pgsql_unwatch(one);
    EXECUTE pg_catalog.format('CREATE TRIGGER back_pgsql_changed AFTER INSERT OR DELETE OR TRUNCATE ON %s '
        'FOR EACH STATEMENT EXECUTE FUNCTION back_pgsql_changed()', one);
    EXECUTE pg_catalog.format('CREATE TRIGGER back_pgsql_changed_columns AFTER UPDATE ON %s REFERENCING OLD TABLE AS back_pgsql_old NEW TABLE AS back_pgsql_new '
        'FOR EACH STATEMENT EXECUTE FUNCTION back_pgsql_changed_columns(%s)', one, (SELECT pg_catalog.string_agg(pg_catalog.format('%L', c), ', ') FROM pg_catalog.unnest(columns) c));
    RETURN NEXT one;
END
$$;

-- The arguments of the trigger are a condition, and the columns of the rows for which it holds.
CREATE OR REPLACE FUNCTION back_pgsql_changed_rows() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    changed boolean;
    columns text := (SELECT pg_catalog.string_agg(pg_catalog.format('%I::text', TG_ARGV[i]), ', ') FROM pg_catalog.generate_series(1, TG_NARGS - 1) i);
    new_rows text := pg_catalog.format('SELECT %s FROM back_pgsql_new WHERE %s', columns, TG_ARGV[0]);
    old_rows text := pg_catalog.format('SELECT %s FROM back_pgsql_old WHERE %s', columns, TG_ARGV[0]);
BEGIN
    BEGIN
        EXECUTE pg_catalog.format('SELECT EXISTS (%s)', CASE TG_OP WHEN 'INSERT' THEN new_rows WHEN 'DELETE' THEN old_rows
            ELSE pg_catalog.format('(%1$s EXCEPT ALL %2$s) UNION ALL (%2$s EXCEPT ALL %1$s)', new_rows, old_rows) END) INTO changed;
    EXCEPTION WHEN OTHERS THEN
        changed := true;
    END;
    IF changed THEN
        PERFORM pg_catalog.pg_notify('back_pgsql', '');
    END IF;
    RETURN NULL;
END
$$;

-- Only the rows for which a condition holds, of a table that has rows of many kinds, such as settings.
CREATE OR REPLACE FUNCTION back_pgsql_watch_rows(one regclass, condition text, VARIADIC columns name[]) RETURNS SETOF regclass LANGUAGE plpgsql
SET client_min_messages = warning AS $$
DECLARE
    arguments text := (SELECT pg_catalog.string_agg(pg_catalog.format('%L', a), ', ') FROM pg_catalog.unnest(condition || columns::text[]) a);
BEGIN
    IF EXISTS (SELECT FROM pg_catalog.pg_inherits i WHERE one IN (i.inhparent, i.inhrelid)) THEN
        RETURN QUERY SELECT back_pgsql_watch(VARIADIC ARRAY[one]::pg_catalog.regclass[]);
        RETURN;
    END IF;
    PERFORM back_pgsql_unwatch(one);
    EXECUTE pg_catalog.format('CREATE TRIGGER back_pgsql_changed AFTER TRUNCATE ON %s FOR EACH STATEMENT EXECUTE FUNCTION back_pgsql_changed()', one);
    EXECUTE pg_catalog.format('CREATE TRIGGER back_pgsql_changed_columns AFTER UPDATE ON %s REFERENCING OLD TABLE AS back_pgsql_old NEW TABLE AS back_pgsql_new '
        'FOR EACH STATEMENT EXECUTE FUNCTION back_pgsql_changed_rows(%s)', one, arguments);
    EXECUTE pg_catalog.format('CREATE TRIGGER back_pgsql_inserted AFTER INSERT ON %s REFERENCING NEW TABLE AS back_pgsql_new '
        'FOR EACH STATEMENT EXECUTE FUNCTION back_pgsql_changed_rows(%s)', one, arguments);
    EXECUTE pg_catalog.format('CREATE TRIGGER back_pgsql_deleted AFTER DELETE ON %s REFERENCING OLD TABLE AS back_pgsql_old '
        'FOR EACH STATEMENT EXECUTE FUNCTION back_pgsql_changed_rows(%s)', one, arguments);
    RETURN NEXT one;
END
$$;
