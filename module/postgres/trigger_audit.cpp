// trigger_audit.cpp: finds what prevents NOTIFY from reporting every change in queried tables.
#include "postgres/trigger_audit.hpp"

#include <map>

namespace pgsql::postgres {
namespace {

// A view has its query's tree in its rules, which contain the OID of every table and function
// (pg_rewrite.ev_action). A table adds all partitions of the same partitioned table: each has
// separate triggers for statements that name it. Each row has a type of problem and an object.
constexpr auto question = R"(
WITH RECURSIVE tree(rule, action) AS (
    SELECT r.oid, r.ev_action::text FROM pg_catalog.pg_rewrite r JOIN pg_catalog.pg_class c ON c.oid = r.ev_class
    WHERE c.relnamespace = pg_catalog.pg_my_temp_schema() AND c.relname LIKE 'back\_pgsql\_reads\_%'
    UNION
    SELECT below.*
    FROM tree, pg_catalog.regexp_matches(tree.action, ':relid (\d+)', 'g') AS m
    JOIN pg_catalog.pg_class c ON c.oid = m[1]::oid
    CROSS JOIN LATERAL (
        SELECT r.oid, r.ev_action::text FROM pg_catalog.pg_rewrite r
        WHERE r.ev_class = c.oid AND r.ev_type = '1' AND c.relkind = 'v'
        UNION ALL -- row security policies, which may read other tables
        SELECT s.oid, s.polqual::text FROM pg_catalog.pg_policy s
        WHERE s.polrelid = c.oid AND s.polcmd IN ('r', '*') AND c.relrowsecurity
    ) AS below
), part(relation) AS (
    SELECT m[1]::oid FROM tree, pg_catalog.regexp_matches(tree.action, ':relid (\d+)', 'g') AS m
    UNION
    SELECT CASE WHEN i.inhparent = part.relation THEN i.inhrelid ELSE i.inhparent END
    FROM part JOIN pg_catalog.pg_inherits i ON part.relation IN (i.inhparent, i.inhrelid)
), called(function) AS (
    SELECT DISTINCT m[1]::oid FROM tree, pg_catalog.regexp_matches(tree.action, ':(?:op)?funcid (\d+)', 'g') AS m
)
SELECT CASE WHEN c.relkind IN ('r', 'p') AND c.relnamespace <> 'pg_catalog'::regnamespace THEN 'trigger' ELSE 'kind' END,
       c.oid::regclass::text
FROM part JOIN pg_catalog.pg_class c ON c.oid = part.relation
WHERE c.relkind IN ('m', 'f') OR (c.relkind IN ('r', 'p') AND NOT ($3 = 't' AND c.relispartition)
    AND ($3 = 't' OR c.relnamespace = 'pg_catalog'::regnamespace OR coalesce((
    -- INSERT, DELETE, UPDATE and TRUNCATE (catalog/pg_trigger.h), whatever the columns and values
    SELECT bit_or(t.tgtype::int) FROM pg_catalog.pg_trigger t JOIN pg_catalog.pg_proc p ON p.oid = t.tgfoid
    WHERE t.tgrelid = c.oid AND t.tgenabled IN ('O', 'A') AND t.tgqual IS NULL AND t.tgattr::text = ''
        AND pg_catalog.strpos(p.prosrc, $1) > 0), 0) & 60 <> 60))
UNION ALL
SELECT 'function', p.oid::regprocedure::text
FROM called JOIN pg_catalog.pg_proc p ON p.oid = called.function
    JOIN pg_catalog.pg_language l ON l.oid = p.prolang
    -- Functions in C belong to extensions: most compare values, and few read rows, with their own statements.
    AND (l.lanname NOT IN ('internal', 'c') OR (l.lanname = 'c' AND (p.provolatile = 'v' OR p.proretset)))
WHERE p.provolatile <> 'i' AND p.pronamespace NOT IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)
UNION ALL
SELECT 'session', '' WHERE pg_catalog.pg_backend_pid()::text <> $2
ORDER BY 1, 2)";

std::string listed(const std::vector<std::string>& names, const char* before, const char* after)
{
    std::string out;
    for (const auto& one : names)
        out += (out.empty() ? "" : ", ") + (before + one) + after;
    return out;
}

// Throws an error that names the query that PostgreSQL rejected.
[[noreturn]] void blame(connection& session, const std::vector<named_query>& queries,
                        const error& refusal, const wait_options& options)
{
    if (refusal.sqlstate() == "42501") // insufficient_privilege
        throw error(error::cause::statement,
                    "finding the tables that the queries read requires temporary views (GRANT "
                    "TEMPORARY ON DATABASE): " +
                        std::string(refusal.what()));
    for (const auto& one : queries) {
        try {
            (void)session.describe("SELECT 1 FROM (" + one.text + "\n) AS e", options);
        } catch (const error& e) {
            rethrow_unless_statement(e);
            throw error(error::cause::statement,
                        one.name + ": cannot find the tables that it reads: " + e.what());
        }
    }
    throw error(refusal);
}

// The objects that the query above returns, by type of problem.
std::map<std::string, std::vector<std::string>> ask(connection& session,
                                                    const std::vector<named_query>& queries,
                                                    const std::string& channel, bool of_all,
                                                    const wait_options& options)
{
    std::vector<std::string> views;
    views.reserve(queries.size());
    for (const auto& one : queries)
        views.push_back("CREATE TEMPORARY VIEW back_pgsql_reads_" + std::to_string(views.size()) +
                        " AS SELECT 1 AS one FROM (" + one.text + "\n) AS e");
    if (of_all) // for names with schemas
        views.emplace_back("SET LOCAL search_path = pg_catalog");
    const statement asked{question,
                          {channel, std::to_string(session.backend_pid()), of_all ? "t" : "f"}};
    std::map<std::string, std::vector<std::string>> found;
    try {
        const result answer = session.run_and_roll_back(views, asked, options);
        for (int row = 0; row < answer.count(); ++row)
            found[std::string(answer.value(row, 0).value_or(""))].emplace_back(
                answer.value(row, 1).value_or(""));
    } catch (const error& e) {
        rethrow_unless_statement(e);
        blame(session, queries, e, options);
    }
    return found;
}

} // namespace

watched_tables tables_to_watch(connection& session, const std::vector<named_query>& queries,
                               const wait_options& options)
{
    auto found = ask(session, queries, "", true, options);
    return {found["trigger"], found["kind"], found["function"]};
}

std::string unnotified_changes(connection& session, const std::vector<named_query>& queries,
                               const std::string& channel, const wait_options& options)
{
    auto found = ask(session, queries, channel, false, options);
    std::string out;
    const auto add = [&](const std::string& text) { out += (out.empty() ? "" : "; ") + text; };
    if (found.contains("session"))
        add("the connection goes through a transaction pooler, which does not pass NOTIFY");
    if (const auto& tables = found["trigger"]; !tables.empty())
        add("triggers are missing on " + listed(tables, "", "") +
            ": run notify.sql in the database, then SELECT back_pgsql_watch(" +
            listed(tables, "'", "'") + ")");
    if (const auto& tables = found["kind"]; !tables.empty())
        add("the queries read " + listed(tables, "", "") +
            ", which cannot have triggers (only tables can, except system tables)");
    if (const auto& functions = found["function"]; !functions.empty())
        add("the queries call " + listed(functions, "", "") +
            "; the tables that a function reads are unknown unless it is IMMUTABLE");
    return out;
}

} // namespace pgsql::postgres
