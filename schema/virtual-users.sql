-- virtual-users.sql: gives each name that is admitted, and has no row of its own, a number that it keeps; see doc/virtual-users.md.
--
-- First create the view virtual_users_taken: every name, and every number of users and groups, that no virtual user may have.
--   CREATE VIEW virtual_users_taken AS
--     SELECT "uid" AS name, "uidNumber" AS number FROM "Users" UNION ALL SELECT NULL, "gidNumber" FROM "Users"
--     UNION ALL SELECT "cn", "gidNumber" FROM "Groups";
-- Then run this file in the same database, as the owner of the view; it may be run again:
--   psql -X -v ON_ERROR_STOP=1 manager <virtual-users.sql
-- Afterwards the view can be changed by CREATE OR REPLACE VIEW. A column needs the same type in all branches, or each call reads all rows.
-- GRANT virtual_users_read TO the role of the directory, and GRANT virtual_users_admit TO the role of the program that admits users, by
-- SELECT virtual_user('alice'). For pgsql-cache create the triggers of notify.sql: SELECT back_pgsql_watch('virtual_users').
\set ON_ERROR_STOP on
BEGIN;
SET LOCAL client_min_messages = warning;
SET LOCAL search_path = pg_catalog, pg_temp;

DO $$
BEGIN
    IF to_regclass('public.virtual_users_taken') IS NULL THEN
        RAISE EXCEPTION 'virtual_users_taken: the view does not exist'
            USING HINT = 'Create it first, with the names and numbers of your users and groups: the head of virtual-users.sql has an example.';
    END IF;
END $$;

-- From first to last, both included. 60001 to 65535 belong to systemd and to nobody; containers often have no numbers above.
CREATE TABLE IF NOT EXISTS public.virtual_users_range (
    first integer NOT NULL,
    last  integer NOT NULL,
    CONSTRAINT virtual_users_range_is_permitted CHECK (first >= 1000 AND first <= last AND (last <= 60000 OR first >= 65536))
);
CREATE UNIQUE INDEX IF NOT EXISTS virtual_users_range_is_one_row ON public.virtual_users_range ((true));
INSERT INTO public.virtual_users_range VALUES (30000, 59999) ON CONFLICT DO NOTHING;

-- Rows are ended by "until", and are never deleted: who gets the number of another user gets that user's files.
CREATE TABLE IF NOT EXISTS public.virtual_users (
    name    text PRIMARY KEY
            CONSTRAINT virtual_users_name_is_a_login_name CHECK (name COLLATE "C" ~ '^[a-z][a-z0-9_-]{0,31}$' AND name !~ '^systemd-'),
    number  integer NOT NULL UNIQUE
            CONSTRAINT virtual_users_number_is_permitted CHECK (number BETWEEN 1000 AND 60000 OR number >= 65536),
    created timestamptz NOT NULL DEFAULT now(),
    until   timestamptz
);

CREATE OR REPLACE FUNCTION public.virtual_users_keep() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'virtual_users: % is refused, because a name keeps its number', TG_OP
        USING ERRCODE = 'restrict_violation', HINT = 'End a user instead: UPDATE virtual_users SET until = now() WHERE name = ...';
END $$;
DROP TRIGGER IF EXISTS virtual_users_keep_rows ON public.virtual_users;
CREATE TRIGGER virtual_users_keep_rows BEFORE DELETE OR TRUNCATE ON public.virtual_users
    FOR EACH STATEMENT EXECUTE FUNCTION public.virtual_users_keep();
DROP TRIGGER IF EXISTS virtual_users_keep_numbers ON public.virtual_users;
CREATE TRIGGER virtual_users_keep_numbers BEFORE UPDATE ON public.virtual_users
    FOR EACH ROW WHEN ((OLD.name, OLD.number, OLD.created) IS DISTINCT FROM (NEW.name, NEW.number, NEW.created))
    EXECUTE FUNCTION public.virtual_users_keep();

-- What the directory shows. A row of your own with the name or the number wins: two users with one number are one user. The OR lets
-- PostgreSQL probe the indexes for one name, and hash the whole view for all; AND would make it join, which reads the tables either way.
CREATE OR REPLACE VIEW public.virtual_users_current AS
    SELECT v.name, v.number FROM public.virtual_users v
    WHERE (v.until IS NULL OR v.until > now())
      AND NOT (EXISTS (SELECT FROM public.virtual_users_taken t WHERE t.name = v.name)
               OR EXISTS (SELECT FROM public.virtual_users_taken t WHERE t.number = v.number));

-- The number of a name, which is registered if it is new. The search begins at a hash of the name, so that databases that were
-- made apart agree on most numbers, and takes the first free one.
CREATE OR REPLACE FUNCTION public.virtual_user(who text) RETURNS integer LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET lock_timeout = '10s' AS $$
DECLARE
    known  public.virtual_users;
    range  public.virtual_users_range;
    size   bigint;
    hash   bigint;
    free   integer;
BEGIN
    IF EXISTS (SELECT FROM public.virtual_users_taken t WHERE t.name = who) THEN
        RAISE EXCEPTION 'virtual_user: the name "%" is taken', who USING ERRCODE = 'unique_violation',
            HINT = 'The view virtual_users_taken has the name: it belongs to a user or a group, or is reserved.';
    END IF;
    SELECT * INTO known FROM public.virtual_users v WHERE v.name = who;
    IF NOT FOUND THEN
        PERFORM pg_advisory_xact_lock(hashtextextended('virtual_users', 0)); -- one new name at a time
        SELECT * INTO known FROM public.virtual_users v WHERE v.name = who;
    END IF;
    IF known.until <= now() THEN
        RAISE EXCEPTION 'virtual_user: the name "%" has ended (%)', who, known.until USING ERRCODE = 'object_not_in_prerequisite_state',
            HINT = 'Its number stays its own. To admit it again: UPDATE virtual_users SET until = NULL WHERE name = ...';
    ELSIF known.number IS NOT NULL THEN
        RETURN known.number;
    END IF;
    SELECT * INTO STRICT range FROM public.virtual_users_range;
    size := range.last::bigint - range.first + 1;
    hash := ('x' || left(encode(sha256(convert_to(coalesce(who, ''), 'UTF8')), 'hex'), 8))::bit(32)::bigint;
    FOR step IN 0 .. size - 1 LOOP
        free := range.first + (hash + step) % size;
        CONTINUE WHEN EXISTS (SELECT FROM public.virtual_users v WHERE v.number = free)
            OR EXISTS (SELECT FROM public.virtual_users_taken t WHERE t.number = free);
        INSERT INTO public.virtual_users (name, number) VALUES (who, free);
        RETURN free;
    END LOOP;
    RAISE EXCEPTION 'virtual_user: no number from % to % is free', range.first, range.last
        USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'UPDATE virtual_users_range to a larger or another range; numbers that were given stay.';
END $$;

-- Two roles for all databases of this PostgreSQL: the directory reads, a program admits. The owner ends users, and changes the range.
DO $$
DECLARE
    role text;
BEGIN
    FOREACH role IN ARRAY ARRAY['virtual_users_read', 'virtual_users_admit'] LOOP
        IF to_regrole(role) IS NULL THEN
            EXECUTE format('CREATE ROLE %I NOLOGIN', role);
        END IF;
    END LOOP;
END $$;
REVOKE ALL ON public.virtual_users, public.virtual_users_range, public.virtual_users_current FROM PUBLIC;
REVOKE ALL ON FUNCTION public.virtual_user(text), public.virtual_users_keep() FROM PUBLIC;
GRANT SELECT ON public.virtual_users_current TO virtual_users_read;
GRANT EXECUTE ON FUNCTION public.virtual_user(text) TO virtual_users_admit;

-- Objects of another role would be used with the rights of this one.
DO $$
DECLARE
    foreign_object text;
BEGIN
    SELECT name INTO foreign_object FROM (
        SELECT oid::regclass::text, relowner FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'v')
            AND relname IN ('virtual_users', 'virtual_users_range', 'virtual_users_current', 'virtual_users_taken')
        UNION ALL
        SELECT oid::regprocedure::text, proowner FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND proname IN ('virtual_user', 'virtual_users_keep')
    ) AS object (name, owner) WHERE owner <> current_user::regrole LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION '% belongs to another role than %', foreign_object, current_user USING HINT = 'Run this file as the owner, or drop it first.';
    END IF;
END $$;
COMMIT;
