-- role.sql: turns a database into one where the directory's role may read what the four queries read, and nothing else.
--
-- Use, as a superuser or the tables' owner:   psql -X manager <role.sql     and then   psql -c '\password ldap' manager
-- (As the user postgres, from a directory that only root can read:   su postgres -c 'psql -X manager' <role.sql)
--   -v role=ldap            what the role is called
--   -v schema=public        where the tables are
--   -v improvements=on      it also reads what slapd.conf.example shows beyond the four queries: status, shell, SSH keys, times
--   -v password_change=on   it may also store the hashes of passwords that users change by LDAP
-- It can be run again: what the role may do is taken from it and given anew. All of it happens, or nothing.
\set ON_ERROR_STOP on
\set QUIET on
\if :{?role} \else \set role ldap
\endif
\if :{?schema} \else \set schema public
\endif
\if :{?improvements} \else \set improvements off
\endif
\if :{?password_change} \else \set password_change off
\endif
BEGIN;
SELECT format('CREATE ROLE %I', :'role') WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = :'role') \gexec

-- Two servers with pgsql-pool's sessions each, and room for one that is being replaced.
ALTER ROLE :"role" LOGIN NOINHERIT CONNECTION LIMIT 50;
-- The module sets itself a deadline for statements; these are for whoever else has got hold of the password, and for
-- a server that died with a transaction open. (Idle sessions are no fault: the module keeps some, and listens in one.)
ALTER ROLE :"role" SET statement_timeout = '30s';
ALTER ROLE :"role" SET idle_in_transaction_session_timeout = '30s';
ALTER ROLE :"role" SET default_transaction_read_only = on;
-- Names are looked for here and nowhere else; temporary tables, which anyone may make, come last.
ALTER ROLE :"role" SET search_path = pg_catalog, :"schema", pg_temp;

REVOKE ALL ON ALL TABLES IN SCHEMA :"schema" FROM :"role";
REVOKE ALL ON ALL SEQUENCES IN SCHEMA :"schema" FROM :"role";
REVOKE ALL ON SCHEMA :"schema" FROM :"role";
GRANT CONNECT ON DATABASE :"DBNAME" TO :"role";
GRANT USAGE ON SCHEMA :"schema" TO :"role";
GRANT SELECT ("uid", "uidNumber", "gidNumber", "givenName", "cn", "sn", "mail", "homeDirectory", "userPassword")
    ON :"schema"."Users" TO :"role";
GRANT SELECT ("cn", "gidNumber") ON :"schema"."Groups" TO :"role";
GRANT SELECT ("uidNumber", "gidNumber") ON :"schema"."UserGroups" TO :"role";
\if :improvements
GRANT SELECT ("status", "loginShell", "sshPublicKey", "createdAt", "updatedAt") ON :"schema"."Users" TO :"role";
GRANT SELECT ("createdAt", "updatedAt") ON :"schema"."Groups" TO :"role";
\endif
\if :password_change
GRANT UPDATE ("userPassword", "updatedAt") ON :"schema"."Users" TO :"role";
\endif

-- What the role may do beside that, by other ways than this file.
SELECT set_config('role_sql.role', :'role', true) \g /dev/null
SELECT set_config('role_sql.schema', :'schema', true) \g /dev/null
DO $check$
DECLARE
    directory text := current_setting('role_sql.role');
    tables    text := current_setting('role_sql.schema');
    powers    text;
    found     text;
BEGIN
    SELECT concat_ws(', ', CASE WHEN rolsuper THEN 'SUPERUSER' END, CASE WHEN rolcreaterole THEN 'CREATEROLE' END,
                     CASE WHEN rolcreatedb THEN 'CREATEDB' END, CASE WHEN rolreplication THEN 'REPLICATION' END,
                     CASE WHEN rolbypassrls THEN 'BYPASSRLS' END)
    INTO powers FROM pg_catalog.pg_roles WHERE rolname = directory;
    IF powers <> '' THEN
        RAISE EXCEPTION 'role % has %, which a directory does not need; take it away (ALTER ROLE), or choose another role', directory, powers;
    END IF;
    SELECT string_agg(g.rolname, ', ' ORDER BY g.rolname) INTO found
    FROM pg_catalog.pg_auth_members m JOIN pg_catalog.pg_roles g ON g.oid = m.roleid
    JOIN pg_catalog.pg_roles r ON r.oid = m.member WHERE r.rolname = directory;
    IF found IS NOT NULL THEN
        RAISE EXCEPTION 'role % is a member of %, and may do what they may; REVOKE that, or choose another role', directory, found;
    END IF;
    SELECT string_agg(format('%I.%I', n.nspname, c.relname), ', ' ORDER BY n.nspname, c.relname) INTO found
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
      AND has_schema_privilege(directory, n.oid, 'USAGE') AND has_any_column_privilege(directory, c.oid, 'SELECT')
      AND (n.nspname, c.relname) NOT IN ((tables, 'Users'), (tables, 'Groups'), (tables, 'UserGroups'));
    IF found IS NOT NULL THEN
        RAISE WARNING 'everybody, and so role %, may read %; REVOKE SELECT ON … FROM PUBLIC takes that away', directory, found;
    END IF;
    IF has_schema_privilege(directory, tables, 'CREATE') THEN
        RAISE WARNING 'everybody may create tables and functions in schema %, and so lay traps for others (CVE-2018-1058); take that away: REVOKE CREATE ON SCHEMA % FROM PUBLIC',
            tables, quote_ident(tables);
    END IF;
END
$check$;
COMMIT;
