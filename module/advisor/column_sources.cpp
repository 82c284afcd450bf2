// column_sources.cpp: finds the columns of tables that the columns of a query are made of.
#include "advisor/column_sources.hpp"

#include "advisor/explain.hpp"

#include <optional>

namespace pgsql::postgres {
namespace {

// Nothing else in a plan looks like it.
constexpr const char* any_text = "back_pgsql_parameter";
// For parameters that are no texts: integers and uuids.
constexpr const char* other_values[] = {"0", "00000000-0000-0000-0000-000000000000"};

std::set<table_column> columns_in(const std::string& expression,
                                  const std::vector<table_scan>& scans)
{
    std::set<table_column> out;
    for (const table_scan& scan : scans) {
        for (const auto& name : columns_of(expression, scan.alias))
            out.insert({scan.schema, scan.table, name});
        for (const auto& row : {scan.alias + ".*", quote_identifier(scan.alias) + ".*"})
            if (expression.find(row) != std::string::npos)
                out.insert({scan.schema, scan.table, "*"});
    }
    return out;
}

// Nothing if PostgreSQL does not take the statement, whose parameter may be of another type.
std::optional<query_plan> planned(const statement& ask, connection& session, const patience& limits)
{
    try {
        return plan_of(ask, session, limits);
    } catch (const error& e) {
        if (e.why() != error::cause::statement)
            throw;
        return std::nullopt;
    }
}

} // namespace

query_sources sources_of(const std::string& query, int parameters,
                         const std::vector<std::string>& columns, connection& session,
                         const patience& limits)
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
    auto plan = planned(ask, session, limits);
    for (const char* value : other_values) {
        if (plan || parameters == 0)
            break;
        ask.values.assign(static_cast<std::size_t>(parameters), value);
        plan = planned(ask, session, limits);
    }
    if (!plan)
        return out;
    for (std::size_t i = 0; i < columns.size() && i < plan->outputs.size(); ++i) {
        const std::string& expression = plan->outputs[i];
        column_source& source = out.columns[i];
        source.of = columns_in(expression, plan->scans);
        source.unchanged = source.of.size() == 1 && is_column(expression);
    }
    for (const auto& condition : plan->conditions)
        for (const auto part : conjuncts_of(condition))
            if (part.find(any_text) != std::string_view::npos)
                out.compared.merge(columns_in(std::string(part), plan->scans));
    return out;
}

} // namespace pgsql::postgres
