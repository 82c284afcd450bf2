// explain.cpp: finds seq scans of large tables in the plan of a statement, and the missing indexes.
#include "advisor/explain.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <cstdlib>

namespace pgsql::postgres {
namespace {

// A table that was never analyzed is assumed to have a row for every 200 bytes.
constexpr const char* large_tables = R"(
SELECT json_build_object(
    'schema', n.nspname, 'table', c.relname, 'name', s.whole::pg_catalog.regclass,
    'rows', sum(s.rows) OVER (PARTITION BY s.whole),
    'guessed', bool_or(s.guessed) OVER (PARTITION BY s.whole),
    'varchar', (SELECT json_agg(a.attname) FROM pg_catalog.pg_attribute a
                WHERE a.attrelid = c.oid AND a.atttypid = 'pg_catalog.varchar'::pg_catalog.regtype),
    'indexes', (SELECT json_agg(json_build_object('name', x.relname, 'leads', a.attname,
                                                  'partial', i.indpred IS NOT NULL,
        'computes', CASE WHEN i.indkey[0] = 0 AND m.amname IN ('btree', 'hash')
                    THEN pg_catalog.pg_get_indexdef(i.indexrelid, 1, false) END))
                FROM pg_catalog.pg_index i
                JOIN pg_catalog.pg_class x ON x.oid = i.indexrelid
                JOIN pg_catalog.pg_am m ON m.oid = x.relam
                LEFT JOIN pg_catalog.pg_attribute a
                       ON a.attrelid = c.oid AND a.attnum = i.indkey[0] AND m.amname IN ('btree', 'hash')
                WHERE i.indrelid = c.oid AND i.indisvalid))
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
CROSS JOIN LATERAL (SELECT coalesce(pg_catalog.pg_partition_root(c.oid), c.oid) AS whole,
                           CASE WHEN c.reltuples > 0 THEN c.reltuples
                           ELSE pg_catalog.pg_relation_size(c.oid) / 200 END AS rows,
                           c.reltuples <= 0 AND pg_catalog.pg_relation_size(c.oid) > 0 AS guessed) s
WHERE c.relkind IN ('r', 'm') AND n.nspname NOT IN ('pg_catalog', 'information_schema')
  AND s.rows >= $1::float8)";

// With these settings PostgreSQL uses an index wherever one is usable.
constexpr const char* by_indexes =
    "SELECT set_config('enable_seqscan', 'off', true), set_config('enable_hashjoin', 'off', true),"
    " set_config('enable_mergejoin', 'off', true)";

// With this setting the planner detects that two conditions contradict each other, unless a
// function or operator in them is not IMMUTABLE (relation_excluded_by_constraints in plancat.c).
constexpr const char* by_contradiction = "SELECT set_config('constraint_exclusion', 'on', true)";

query_plan plan_with(const char* settings, const statement& statement, connection& session,
                     const wait_options& options)
{
    session.command("BEGIN", options);
    try {
        (void)session.run_once({settings, {}}, options);
        query_plan out = explain_statement(statement, session, options);
        session.command("ROLLBACK", options);
        return out;
    } catch (const error& e) {
        if (e.reason() == error::cause::statement)
            session.command("ROLLBACK", options);
        throw;
    }
}

constexpr const char* types_of =
    "SELECT a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod),"
    " a.attcollation = t.typcollation"
    " FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type t ON t.oid = a.atttypid"
    " JOIN pg_catalog.pg_class c ON c.oid = a.attrelid"
    " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
    " WHERE n.nspname = $1 AND c.relname = $2 AND a.attnum > 0 AND NOT a.attisdropped";

// The views on a table that contain a COLLATE, and the views on those.
constexpr const char* collating_views = R"(
WITH RECURSIVE above(oid, collates) AS (
    SELECT x.oid, false FROM pg_catalog.pg_class c
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    CROSS JOIN LATERAL (VALUES (c.oid), (pg_catalog.pg_partition_root(c.oid)::oid)) AS x(oid)
    WHERE n.nspname = $1 AND c.relname = $2
    UNION
    SELECT r.ev_class, above.collates OR pg_catalog.pg_get_viewdef(r.ev_class) LIKE '% COLLATE %'
    FROM above
    JOIN pg_catalog.pg_depend d ON d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
                               AND d.refobjid = above.oid
                               AND d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass
    JOIN pg_catalog.pg_rewrite r ON r.oid = d.objid)
SELECT c.relname FROM above JOIN pg_catalog.pg_class c ON c.oid = above.oid WHERE above.collates)";

bool reads_collating_view(const table_scan& scan, const statement& planned, connection& session,
                          const wait_options& options)
{
    const result views = session.run_once({collating_views, {scan.schema, scan.table}}, options);
    for (int i = 0; i < views.count(); ++i)
        if (planned.text.find(views.value(i, 0).value_or("")) != std::string::npos)
            return true;
    return false;
}

struct expression_traits {
    bool immutable = false;
    bool own_collation = false; ///< a column has another collation than its type
};

// Whether an index can contain the expression; nothing if that is unknown, as for an aggregate. The
// role may have no rights on the table, but it can read the types of the columns.
std::optional<expression_traits> traits_of(const std::string& expression,
                                           const std::set<std::string>& columns,
                                           const table_scan& on, connection& session,
                                           const wait_options& options)
{
    expression_traits out;
    try {
        const result types = session.run_once({types_of, {on.schema, on.table}}, options);
        std::string made;
        for (int i = 0; i < types.count(); ++i) {
            const std::string name(types.value(i, 0).value_or(""));
            if (!columns.contains(name))
                continue;
            made += (made.empty() ? "NULL::" : ", NULL::") +
                    std::string(types.value(i, 1).value_or("")) + " AS " + quote_identifier(name);
            out.own_collation = out.own_collation || types.value(i, 2) == "f";
        }
        // OFFSET keeps the columns from becoming constants.
        const statement impossible{"SELECT FROM (SELECT " + made + " OFFSET 0) AS t WHERE (" +
                                       expression + ") IS NULL AND (" + expression +
                                       ") IS NOT NULL",
                                   {}};
        out.immutable = plan_with(by_contradiction, impossible, session, options).line == "Result";
        return out;
    } catch (const error& e) {
        rethrow_unless_statement(e);
        return std::nullopt;
    }
}

constexpr const char* collated = " may have a COLLATE that PostgreSQL does not show";

// EXPLAIN shows COLLATE within an expression as a cast to the same type. (For sort keys it shows
// the collation.)
bool may_hide_collation(const std::string& expression)
{
    return expression.find("::") != std::string::npos;
}

bool sorts_by_collation(const statement& shown, connection& session, const wait_options& options)
{
    const auto keys =
        explain_statement(
            {"SELECT t.x FROM (" + shown.text + ") AS t(x) ORDER BY t.x", shown.values}, session,
            options)
            .sorted_by;
    return !keys.empty() && keys.front().find(" COLLATE ") != std::string::npos;
}

std::set<std::string> aliases_of(const query_plan& plan)
{
    std::set<std::string> out;
    for (const table_scan& scan : plan.scans)
        out.insert(scan.alias);
    return out;
}

// A whole number at the beginning of a text, which may be quoted.
std::optional<int> number_in(std::string_view text)
{
    text.remove_prefix(std::min(text.find_first_not_of("('"), text.size()));
    int out = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
    return error == std::errc() ? std::optional(out) : std::nullopt;
}

// PostgreSQL shows the result of $1 - 2000000, not the value.
bool is_sum_of(const std::string& side, const std::string& value, const std::string& statement)
{
    const auto sum = number_in(side);
    const auto from = number_in(value);
    return sum && from && *sum != *from &&
           statement.find(std::to_string(std::llabs(1LL * *sum - *from))) != std::string::npos;
}

} // namespace

query_plan explain_statement(const statement& statement, connection& session,
                             const wait_options& options)
{
    // With its values, because the plan depends on them.
    const result found = session.run_once(
        {"EXPLAIN (VERBOSE, FORMAT JSON) " + statement.text, statement.values}, options);
    return read_plan(found.count() > 0 ? found.value(0, 0).value_or("") : "");
}

explainer::explainer(connection& session, double least_rows, const wait_options& options)
{
    const result found = session.run_once({large_tables, {std::to_string(least_rows)}}, options);
    for (int i = 0; i < found.count(); ++i) {
        const auto of = nlohmann::json::parse(found.value(i, 0).value_or("{}"));
        const std::string schema = of.at("schema");
        table& t = tables_[{schema, of.at("table")}];
        t.name = of.at("name");
        t.rows = of.at("rows");
        t.guessed = of.at("guessed");
        for (const auto& column : of.at("varchar")) // null: no columns
            t.varchar.insert(column.get<std::string>());
        for (const auto& from : of.at("indexes")) {
            index x;
            x.partial = from.at("partial");
            if (!from.at("leads").is_null())
                x.leading_column = from.at("leads");
            if (!x.partial && !x.leading_column.empty())
                t.leading_columns.insert(quote_identifier(x.leading_column));
            if (!x.partial && from.at("computes").is_string())
                t.leading_columns.insert(
                    "(" + std::string(bare(from.at("computes").get<std::string>())) + ")");
            indexes_[{schema, from.at("name")}] = std::move(x);
        }
    }
    count_small(session, options);
}

// Estimated from its size, a new table of two rows would have forty.
void explainer::count_small(connection& session, const wait_options& options)
{
    constexpr double small = 5000; // rows, estimated from the size
    int limit = 50;
    for (auto& [name, t] : tables_) {
        if (!t.guessed || t.rows > small || limit-- == 0)
            continue;
        try {
            const result found = session.run_once({"SELECT count(*) FROM " + t.name, {}}, options);
            t.rows = std::stod(std::string(found.value(0, 0).value_or("0")));
            t.guessed = false;
        } catch (const error& e) {
            rethrow_unless_statement(
                e); // otherwise the role may read the table only through a view
        }
    }
}

bool explainer::guesses(const table_scan& scan) const
{
    const table* t = large_table(scan);
    return t != nullptr && t->guessed;
}

std::optional<double> explainer::rows_of(const table_scan& scan) const
{
    const table* t = large_table(scan);
    return t != nullptr ? std::optional(t->rows) : std::nullopt;
}

const explainer::table* explainer::large_table(const table_scan& scan) const
{
    const auto at = tables_.find({scan.schema, scan.table});
    return at == tables_.end() ? nullptr : &at->second;
}

bool explainer::reads_all(const table_scan& scan) const
{
    if (large_table(scan) == nullptr)
        return false;
    if (scan.index.empty())
        return true;
    const auto by = indexes_.find({scan.schema, scan.index});
    if (by == indexes_.end() || by->second.partial)
        return false;
    // A condition on only later columns is evaluated for every entry of the index (PostgreSQL
    // manual §11.3).
    return scan.index_condition.empty() ||
           (!by->second.leading_column.empty() &&
            !columns_of(scan.index_condition, scan.alias).contains(by->second.leading_column));
}

explainer::index_part explainer::part_on(const table_scan& scan, const table& in,
                                         const std::string& expression, const asking& by)
{
    if (const auto column = column_in(expression);
        column && column->alias == scan.alias &&
        (!column->as_text || in.varchar.contains(column->column)))
        return {.sql = quote_identifier(column->column)};
    const auto own = expression_on(scan.alias, expression, by.aliases);
    if (!own) {
        const auto all = aliases_in(expression, by.aliases);
        if (!all.contains(scan.alias) || all.size() < 2)
            return {};
        return {.problem = std::string(bare(expression)) +
                           " uses columns of several tables and cannot be indexed"};
    }
    const auto traits =
        traits_of(*own, columns_of(expression, scan.alias), scan, by.session, by.limits);
    if (!traits)
        return {};
    if (!traits->immutable)
        return {.problem = *own + " is not IMMUTABLE and cannot be indexed"};
    return {.sql = "(" + *own + ")", .computed = true, .own_collation = traits->own_collation};
}

explainer::index_part explainer::shown_part(const table_scan& scan, const table& in,
                                            const query_plan& plan, const asking& by)
{
    if (plan.outputs.empty())
        return {};
    auto out = part_on(scan, in, plan.outputs.front(), by);
    if (out.computed && !out.own_collation && may_hide_collation(out.sql) &&
        sorts_by_collation(by.planned, by.session, by.limits))
        return {.problem = out.sql + collated};
    return out;
}

void explainer::find_keys(seq_scan& out, const table_scan& scan, const table& in,
                          const query_plan& plan, const asking& by)
{
    // Whether the other side is of another table, or one of the statement's values. (Other
    // constants of the statement, such as a status, match too many rows.)
    const auto varies = [&](const std::string& side) {
        if (const auto others = aliases_in(side, by.aliases); !others.empty())
            return !others.contains(scan.alias);
        return std::any_of(by.planned.values.begin(), by.planned.values.end(),
                           [&](std::string value) {
                               std::erase(value, '"'); // EXPLAIN shows {"x"} as {x}
                               return side.find(value) != std::string::npos ||
                                      is_sum_of(side, value, by.planned.text);
                           });
    };
    const bool collates = by.planned.text.find("COLLATE") != std::string::npos;
    // A table without any condition may be the outer table for which the others are looked up.
    for (const auto& condition : scan.conditions.empty() ? plan.conditions : scan.conditions) {
        for (const auto& [side, with] : equal_sides(condition)) {
            if (!aliases_in(side, by.aliases).contains(scan.alias) || !varies(with))
                continue;
            auto part = part_on(scan, in, side, by);
            if (part.computed && may_hide_collation(part.sql) &&
                (collates || reads_collating_view(scan, by.planned, by.session, by.limits)))
                part = {.problem = part.sql + collated};
            if (part.sql.empty())
                out.keys_problem = std::move(part.problem);
            else if (std::find(out.key_columns.begin(), out.key_columns.end(), part.sql) ==
                     out.key_columns.end()) {
                out.joined = !aliases_in(with, by.aliases).empty();
                out.computed = out.computed || part.computed;
                out.key_columns.push_back(std::move(part.sql));
            }
        }
        if (!out.key_columns.empty())
            break;
    }
}

std::vector<std::string> explainer::other_keys(const table_scan& scan, const table& in,
                                               const query_plan& plan, const std::string& key)
{
    std::set<std::string> read;
    std::set<std::string> compared;
    for (const auto& condition : plan.conditions) {
        read.merge(columns_of(condition, scan.alias));
        for (const auto& [column, with] : equalities_in(condition))
            if (column.alias == scan.alias &&
                (!column.as_text || in.varchar.contains(column.column)))
                compared.insert(column.column);
    }
    for (const auto& shown : plan.outputs)
        read.merge(columns_of(shown, scan.alias));
    if (read != compared || compared.size() != 2)
        return {};
    std::vector<std::string> out;
    for (const auto& column : compared)
        if (auto sql = quote_identifier(column); sql != key)
            out.push_back(std::move(sql));
    return out.size() == 1 ? out : std::vector<std::string>();
}

std::vector<seq_scan> explainer::seq_scans(const statement& statement, connection& session,
                                           const wait_options& options) const
{
    std::vector<seq_scan> out;
    if (tables_.empty())
        return out;
    std::set<std::string> aliases;
    for (const table_scan& scan : explain_statement(statement, session, options).scans)
        if (reads_all(scan))
            aliases.insert(scan.alias);
    if (aliases.empty())
        return out;
    // PostgreSQL also chooses a seq scan where it is faster than an existing index.
    const query_plan plan = plan_with(by_indexes, statement, session, options);
    const asking by{aliases_of(plan), statement, session, options};
    for (const table_scan& scan : plan.scans) {
        if (!reads_all(scan) || aliases.erase(scan.alias) == 0)
            continue;
        const table& t = *large_table(scan);
        seq_scan read;
        read.table = t.name;
        read.rows = t.rows;
        read.guessed = t.guessed;
        read.condition = scan.conditions.empty() ? "" : scan.conditions.front();
        auto shown = shown_part(scan, t, plan, by);
        read.output_column = std::move(shown.sql);
        read.shown_problem = std::move(shown.problem);
        read.has_statistics = session.server_version() >= 140000;
        find_keys(read, scan, t, plan, by);
        // The cost of another table without an index can keep PostgreSQL from using an existing
        // one.
        const bool indexed =
            std::any_of(read.key_columns.begin(), read.key_columns.end(),
                        [&](const auto& key) { return t.leading_columns.contains(key); });
        if (read.key_columns.size() == 1)
            for (auto& other : other_keys(scan, t, plan, read.key_columns.front()))
                read.key_columns.push_back(std::move(other));
        const bool known = std::any_of(out.begin(), out.end(), [&](const seq_scan& other) {
            return other.table == read.table &&
                   other.key_columns == read.key_columns; // for instance another partition
        });
        if (!indexed && !known)
            out.push_back(std::move(read));
    }
    return out;
}

} // namespace pgsql::postgres
