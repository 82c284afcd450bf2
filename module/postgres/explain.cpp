// explain.cpp: turns a statement into the large tables that PostgreSQL reads whole for it because
// no index helps.
#include "explain.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace pgsql::postgres {
namespace {

// A table that was never analysed is taken to have a row for every 200 bytes.
constexpr const char* large_tables = R"(
SELECT json_build_object(
    'schema', n.nspname, 'table', c.relname, 'name', s.whole::pg_catalog.regclass,
    'rows', sum(s.rows) OVER (PARTITION BY s.whole),
    'guessed', bool_or(s.guessed) OVER (PARTITION BY s.whole),
    'varchar', (SELECT json_agg(a.attname) FROM pg_catalog.pg_attribute a
                WHERE a.attrelid = c.oid AND a.atttypid = 'pg_catalog.varchar'::pg_catalog.regtype),
    'indexes', (SELECT json_agg(json_build_object('name', x.relname, 'leads', a.attname,
                                                  'partial', i.indpred IS NOT NULL))
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

// Whatever can be found by an index is found by it.
constexpr const char* by_indexes =
    "SELECT set_config('enable_seqscan', 'off', true), set_config('enable_hashjoin', 'off', true),"
    " set_config('enable_mergejoin', 'off', true)";

query_plan plan_by_indexes(const statement& of, connection& session, const patience& limits)
{
    session.command("BEGIN", limits);
    try {
        (void)session.run_once({by_indexes, {}}, limits);
        query_plan out = plan_of(of, session, limits);
        session.command("ROLLBACK", limits);
        return out;
    } catch (const error& e) {
        if (e.why() == error::cause::statement)
            session.command("ROLLBACK", limits);
        throw;
    }
}

} // namespace

query_plan plan_of(const statement& of, connection& session, const patience& limits)
{
    // With its values, since a statement is planned for them.
    const rows found = session.run_once(
        {"EXPLAIN (VERBOSE, COSTS OFF, FORMAT JSON) " + of.text, of.values}, limits);
    return read_plan(found.count() > 0 ? found.at(0, 0).value_or("") : "");
}

explainer::explainer(connection& session, double least_rows, const patience& limits)
{
    const rows found = session.run_once({large_tables, {std::to_string(least_rows)}}, limits);
    for (int i = 0; i < found.count(); ++i) {
        const auto of = nlohmann::json::parse(found.at(i, 0).value_or("{}"));
        const std::string schema = of.at("schema");
        table& t = tables_[{schema, of.at("table")}];
        t.name = of.at("name");
        t.rows = of.at("rows");
        t.guessed = of.at("guessed");
        for (const auto& column : of.at("varchar")) // null is none
            t.varchar.insert(column.get<std::string>());
        for (const auto& from : of.at("indexes")) {
            index x;
            x.partial = from.at("partial");
            if (!from.at("leads").is_null())
                x.leads = from.at("leads");
            if (!x.partial && !x.leads.empty())
                t.leading.insert(x.leads);
            indexes_[{schema, from.at("name")}] = std::move(x);
        }
    }
    count_small(session, limits);
}

// A new table of two rows would look like one of forty.
void explainer::count_small(connection& session, const patience& limits)
{
    constexpr double small = 5000; // by their size
    int most = 50;
    for (auto& [name, t] : tables_) {
        if (!t.guessed || t.rows > small || most-- == 0)
            continue;
        try {
            const rows found = session.run_once({"SELECT count(*) FROM " + t.name, {}}, limits);
            t.rows = std::stod(std::string(found.at(0, 0).value_or("0")));
            t.guessed = false;
        } catch (const error& e) {
            if (e.why() != error::cause::statement)
                throw; // else the role may not read it, but by a view
        }
    }
}

bool explainer::guesses(const table_scan& of) const
{
    const table* t = large_table(of);
    return t != nullptr && t->guessed;
}

std::optional<double> explainer::rows_of(const table_scan& of) const
{
    const table* t = large_table(of);
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
    // A condition on later columns only is looked at for every entry of the index (manual §11.3).
    return scan.index_condition.empty() ||
           (!by->second.leads.empty() &&
            !columns_of(scan.index_condition, scan.alias).contains(by->second.leads));
}

std::vector<std::string> explainer::keys(const table_scan& of, const table& in,
                                         const query_plan& plan, const statement& planned)
{
    // Of another table, or what the statement is asked with. (Its other constants, such as a
    // status, are true of too many rows.)
    const auto varies = [&](const std::string& with) {
        if (const auto other = column_in(with))
            return other->alias != of.alias;
        return std::any_of(planned.values.begin(), planned.values.end(), [&](std::string value) {
            std::erase(value, '"'); // {"x"} is shown as {x}
            return with.find(value) != std::string::npos;
        });
    };
    std::vector<std::string> out;
    // A table without any condition may be the one that the others are looked up for.
    for (const auto& condition : of.conditions.empty() ? plan.conditions : of.conditions) {
        for (const auto& [column, with] : equalities_in(condition))
            if (column.alias == of.alias && varies(with) &&
                (!column.as_text || in.varchar.contains(column.column)) &&
                std::find(out.begin(), out.end(), column.column) == out.end())
                out.push_back(column.column);
        if (!out.empty())
            break;
    }
    return out;
}

std::vector<std::string> explainer::other_keys(const table_scan& of, const table& in,
                                               const query_plan& plan, const std::string& key)
{
    std::set<std::string> read;
    std::set<std::string> compared;
    for (const auto& condition : plan.conditions) {
        read.merge(columns_of(condition, of.alias));
        for (const auto& [column, with] : equalities_in(condition))
            if (column.alias == of.alias && (!column.as_text || in.varchar.contains(column.column)))
                compared.insert(column.column);
    }
    for (const auto& shown : plan.outputs)
        read.merge(columns_of(shown, of.alias));
    const bool only_compared = read == compared;
    if (!only_compared || compared.erase(key) == 0 || compared.size() != 1)
        return {};
    return {*compared.begin()};
}

std::vector<whole_read> explainer::whole_reads(const statement& of, connection& session,
                                               const patience& limits) const
{
    std::vector<whole_read> out;
    if (tables_.empty())
        return out;
    std::set<std::string> aliases;
    for (const table_scan& scan : plan_of(of, session, limits).scans)
        if (reads_all(scan))
            aliases.insert(scan.alias);
    if (aliases.empty())
        return out;
    // PostgreSQL also reads a table whole when that is faster than an index that there is.
    const query_plan plan = plan_by_indexes(of, session, limits);
    const auto shown = plan.outputs.empty() ? std::nullopt : column_in(plan.outputs.front());
    for (const table_scan& scan : plan.scans) {
        if (!reads_all(scan) || aliases.erase(scan.alias) == 0)
            continue;
        const table& t = *large_table(scan);
        whole_read read{.table = t.name,
                        .rows = t.rows,
                        .guessed = t.guessed,
                        .shown = shown && shown->alias == scan.alias ? shown->column : "",
                        .keys = keys(scan, t, plan, of),
                        .condition = scan.conditions.empty() ? "" : scan.conditions.front()};
        // What another table without any index costs can hide that this one has its index.
        const bool indexed = std::any_of(read.keys.begin(), read.keys.end(),
                                         [&](const auto& key) { return t.leading.contains(key); });
        if (read.keys.size() == 1)
            for (auto& other : other_keys(scan, t, plan, read.keys.front()))
                read.keys.push_back(std::move(other));
        const bool known = std::any_of(out.begin(), out.end(), [&](const whole_read& other) {
            return other.table == read.table && other.keys == read.keys; // a partition, say
        });
        if (!indexed && !known)
            out.push_back(std::move(read));
    }
    return out;
}

} // namespace pgsql::postgres
