// column_sources.cpp: finds the table columns that the columns of a query are computed from.
#include "advisor/column_sources.hpp"

#include "advisor/explain.hpp"

#include <algorithm>
#include <optional>

namespace pgsql::postgres {
namespace {

// A value that is unique within a plan.
constexpr const char* any_text = "back_pgsql_parameter";
// For parameters that cannot be text: integers and uuids.
constexpr const char* other_values[] = {"0", "00000000-0000-0000-0000-000000000000"};

// PostgreSQL's plans name the scans of partitions users_1, users_2 and so on, and the nodes above
// them users.
std::string name_above(const table_scan& part, const std::vector<table_scan>& scans)
{
    const auto number = part.alias.rfind('_');
    if (number == std::string::npos || number + 1 == part.alias.size() ||
        part.alias.find_first_not_of("0123456789", number + 1) != std::string::npos)
        return part.alias;
    const std::string whole = part.alias.substr(0, number);
    const bool scanned = std::any_of(scans.begin(), scans.end(),
                                     [&](const table_scan& s) { return s.alias == whole; });
    return scanned ? part.alias : whole;
}

std::set<table_column> columns_in(const std::string& expression,
                                  const std::vector<table_scan>& scans)
{
    std::set<table_column> out;
    for (const table_scan& scan : scans)
        for (const auto& alias : std::set<std::string>{scan.alias, name_above(scan, scans)}) {
            for (const auto& name : columns_of(expression, alias))
                out.insert({scan.schema, scan.table, name});
            for (const auto& row : {alias + ".*", quote_identifier(alias) + ".*"})
                if (expression.find(row) != std::string::npos)
                    out.insert({scan.schema, scan.table, "*"});
        }
    return out;
}

// Nothing if PostgreSQL rejects the statement, whose parameter may have another type.
std::optional<query_plan> planned(const statement& ask, connection& session,
                                  const wait_options& options)
{
    try {
        return explain_statement(ask, session, options);
    } catch (const error& e) {
        rethrow_unless_statement(e);
        return std::nullopt;
    }
}

} // namespace

query_sources sources_of(const std::string& query, int parameters,
                         const std::vector<std::string>& columns, connection& session,
                         const wait_options& options)
{
    query_sources out;
    out.columns.resize(columns.size());
    if (columns.empty())
        return out;
    statement ask;
    for (const auto& column : columns)
        ask.text += (ask.text.empty() ? "SELECT e." : ", e.") + quote_identifier(column);
    ask.text += " FROM (" + query + ") AS e";
    ask.values.assign(static_cast<std::size_t>(parameters), any_text);
    auto plan = planned(ask, session, options);
    for (const char* value : other_values) {
        if (plan || parameters == 0)
            break;
        ask.values.assign(static_cast<std::size_t>(parameters), value);
        plan = planned(ask, session, options);
    }
    if (!plan)
        return out;
    for (const auto& outputs : plan->shown)
        for (std::size_t i = 0; i < columns.size() && i < outputs.size(); ++i) {
            const auto of = columns_in(outputs[i], plan->scans);
            out.columns[i].columns.insert(of.begin(), of.end());
            if (is_column(outputs[i]))
                out.columns[i].unchanged.insert(of.begin(), of.end());
        }
    for (const auto& condition : plan->conditions)
        for (const auto part : conjuncts_of(condition))
            if (part.find(any_text) != std::string_view::npos)
                out.compared.merge(columns_in(std::string(part), plan->scans));
    return out;
}

} // namespace pgsql::postgres
