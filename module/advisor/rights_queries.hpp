// rights_queries.hpp: the catalog queries for the rights that statements need.
#pragma once

namespace pgsql::postgres {

// The tables of security_invoker views and of row security policies are checked like those of the
// statement. The tables of other views are not, but the functions that those views call are.
inline constexpr const char* trees = R"(
WITH RECURSIVE tree(named, checked, rule, action) AS (
    SELECT true, true, r.oid, r.ev_action::text FROM pg_catalog.pg_rewrite r
    JOIN pg_catalog.pg_class c ON c.oid = r.ev_class
    WHERE c.relnamespace = pg_catalog.pg_my_temp_schema() AND c.relname = 'back_pgsql_rights'
    UNION
    SELECT false, tree.checked AND below.checked, below.rule, below.action
    FROM tree, pg_catalog.regexp_matches(tree.action, ':relid (\d+)', 'g') AS m
    JOIN pg_catalog.pg_class c ON c.oid = m[1]::oid
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    CROSS JOIN LATERAL (
        SELECT r.oid AS rule, r.ev_action::text AS action,
            EXISTS (SELECT FROM unnest(c.reloptions) AS o
                WHERE o IN ('security_invoker=true', 'security_invoker=on', 'security_invoker=yes', 'security_invoker=1')) AS checked
        FROM pg_catalog.pg_rewrite r WHERE r.ev_class = c.oid AND r.ev_type = '1' AND c.relkind = 'v'
        UNION ALL
        SELECT s.oid, concat(s.polqual::text, s.polwithcheck::text), true FROM pg_catalog.pg_policy s
        WHERE s.polrelid = c.oid AND c.relrowsecurity AND (s.polcmd IN ('r', '*') OR $1 = 't')
            AND (0 = ANY(s.polroles) OR EXISTS (SELECT FROM pg_catalog.pg_roles o WHERE o.oid = ANY(s.polroles) AND o.rolname = coalesce(nullif($2, ''), current_user::text)))
    ) AS below
    WHERE n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.oid <> pg_catalog.pg_my_temp_schema()
)
SELECT 'tree', named, checked, action FROM tree
UNION ALL -- nextval('…'), whose name is a constant
SELECT DISTINCT 'sequence', true, true, s.oid::text FROM tree
JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass AND d.objid = tree.rule
    AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
JOIN pg_catalog.pg_class s ON s.oid = d.refobjid AND s.relkind = 'S' WHERE tree.checked)";

inline constexpr const char* relations = R"(
SELECT c.oid, pg_catalog.format('%I.%I', n.nspname, c.relname), n.oid, c.relkind = 'S',
    n.nspname IN ('pg_catalog', 'information_schema') AND pg_catalog.has_table_privilege('public', c.oid, 'SELECT'),
    pg_catalog.has_table_privilege(c.oid, 'INSERT')::int + 2 * pg_catalog.has_table_privilege(c.oid, 'SELECT')::int
        + 4 * pg_catalog.has_table_privilege(c.oid, 'UPDATE')::int + 8 * pg_catalog.has_table_privilege(c.oid, 'DELETE')::int
        + 16 * CASE WHEN c.relkind = 'S' THEN pg_catalog.has_sequence_privilege(c.oid, 'USAGE')::int ELSE 0 END
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.oid = ANY($1::oid[]) AND n.oid <> pg_catalog.pg_my_temp_schema())";

inline constexpr const char* columns = R"(
SELECT attrelid, attnum, pg_catalog.quote_ident(attname),
    pg_catalog.has_column_privilege(attrelid, attnum, 'INSERT')::int
        + 2 * pg_catalog.has_column_privilege(attrelid, attnum, 'SELECT')::int
        + 4 * pg_catalog.has_column_privilege(attrelid, attnum, 'UPDATE')::int
FROM pg_catalog.pg_attribute WHERE attrelid = ANY($1::oid[]) AND NOT attisdropped)";

inline constexpr const char* functions = R"(
SELECT p.oid, pg_catalog.format('%I.%I(%s)', n.nspname, p.proname, pg_catalog.oidvectortypes(p.proargtypes)),
    pg_catalog.has_function_privilege('public', p.oid, 'EXECUTE'), pg_catalog.has_function_privilege(p.oid, 'EXECUTE')
FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
WHERE p.oid = ANY($1::oid[]))";

// The schemas in which PostgreSQL resolves names. Base types other than arrays have their own
// operators, which the module's conditions use.
inline constexpr const char* schemas = R"(
WITH used(schema) AS (
    SELECT unnest($1::oid[])
    UNION SELECT pronamespace FROM pg_catalog.pg_proc WHERE oid = ANY($2::oid[])
    UNION SELECT oprnamespace FROM pg_catalog.pg_operator WHERE oid = ANY($3::oid[])
    UNION SELECT typnamespace FROM pg_catalog.pg_type WHERE oid = ANY($4::oid[])
    UNION SELECT typnamespace FROM pg_catalog.pg_type WHERE oid = ANY($5::oid[]) AND typtype = 'b' AND typelem = 0
    UNION SELECT collnamespace FROM pg_catalog.pg_collation WHERE oid = ANY($6::oid[])
)
SELECT n.oid, pg_catalog.quote_ident(n.nspname), pg_catalog.has_schema_privilege(n.oid, 'USAGE'),
    array_position($7::text[], n.nspname::text)
FROM used JOIN pg_catalog.pg_namespace n ON n.oid = used.schema
WHERE n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_' ORDER BY 4, 2)";

inline constexpr const char* remark_lines = R"(
SELECT pg_catalog.format('row security of %I.%I: its policies decide which rows the role sees', n.nspname, c.relname)
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.oid = ANY($1::oid[]) AND c.relrowsecurity
UNION ALL
SELECT pg_catalog.format('%I.%I is a foreign table: the role needs a user mapping for its server', n.nspname, c.relname)
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.oid = ANY($1::oid[]) AND c.relkind = 'f'
UNION ALL
SELECT pg_catalog.format('the trigger %I of %I.%I runs with the rights of the role; the rights that it needs are unknown', t.tgname, n.nspname, c.relname)
FROM pg_catalog.pg_trigger t JOIN pg_catalog.pg_class c ON c.oid = t.tgrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_proc p ON p.oid = t.tgfoid
WHERE c.oid = ANY($3::oid[]) AND NOT t.tgisinternal AND t.tgenabled <> 'D' AND NOT p.prosecdef AND p.proname <> 'back_pgsql_changed'
UNION ALL
SELECT pg_catalog.format('the function %I.%I(%s) runs with the rights of the role; the tables that it reads are unknown', n.nspname, p.proname,
    pg_catalog.oidvectortypes(p.proargtypes))
FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace JOIN pg_catalog.pg_language l ON l.oid = p.prolang
WHERE p.oid = ANY($2::oid[]) AND NOT p.prosecdef AND l.lanname NOT IN ('internal', 'c') AND p.provolatile <> 'i'
    AND n.nspname NOT IN ('pg_catalog', 'information_schema')
ORDER BY 1)";

// Objects whose name is a word of both the error message and the statement.
inline constexpr const char* likely = R"(
WITH said(message, statement) AS (SELECT $1::text, $2::text), candidate(name, grant_text) AS (
    SELECT n.nspname, pg_catalog.format('USAGE ON SCHEMA %I', n.nspname) FROM pg_catalog.pg_namespace n
    WHERE n.nspname !~ '^pg_' AND NOT pg_catalog.has_schema_privilege(n.oid, 'USAGE')
    UNION ALL
    SELECT c.relname, pg_catalog.format('%s ON %I.%I', v.verb, n.nspname, c.relname) FROM pg_catalog.pg_class c
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    CROSS JOIN (VALUES ('SELECT', '^(EXPLAIN )?[^eiudEIUD]'), ('INSERT', '\minsert\M'), ('UPDATE', '\mupdate\M'), ('DELETE', '\mdelete\M')) AS v(verb, pattern)
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT pg_catalog.has_table_privilege(c.oid, v.verb) AND $2 ~* v.pattern
        AND pg_catalog.has_schema_privilege(n.oid, 'USAGE')
    UNION ALL
    SELECT p.proname, pg_catalog.format('EXECUTE ON FUNCTION %I.%I(%s)', n.nspname, p.proname, pg_catalog.oidvectortypes(p.proargtypes))
    FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
    WHERE NOT pg_catalog.has_function_privilege(p.oid, 'EXECUTE') AND n.nspname <> 'pg_catalog'
)
SELECT grant_text FROM said, candidate,
    LATERAL (SELECT '(^|[^[:alnum:]_])' || pg_catalog.regexp_replace(name, '([^[:alnum:]_])', '\\\1', 'g') || '($|[^[:alnum:]_])') AS w(word)
WHERE pg_catalog.strpos(message, name) > 0 AND message ~ word AND statement ~ word
UNION -- schemas of search_path that are skipped for lack of rights
SELECT pg_catalog.format('USAGE ON SCHEMA %I', n.nspname) FROM pg_catalog.pg_namespace n
WHERE $3 = 't' AND NOT pg_catalog.has_schema_privilege(n.oid, 'USAGE')
    AND pg_catalog.current_setting('search_path') ~ ('(^|,) *' || pg_catalog.regexp_replace(pg_catalog.quote_ident(n.nspname), '([^[:alnum:]_])', '\\\1', 'g') || ' *(,|$)')
ORDER BY 1)";

} // namespace pgsql::postgres
