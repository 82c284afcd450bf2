// column_sources.hpp: finds the columns of tables that the columns of a query are made of.
#pragma once

#include "postgres/connection.hpp"

#include <compare>
#include <set>
#include <string>
#include <vector>

namespace pgsql::postgres {

struct table_column {
    std::string schema;
    std::string table;
    std::string name; ///< * is the whole row

    auto operator<=>(const table_column&) const = default;
};

/// What PostgreSQL tells of one column of a query.
struct column_source {
    std::set<table_column> columns;   ///< empty: it is made of no column, or it cannot be told
    std::set<table_column> unchanged; ///< those whose values it has, and nothing else
};

struct query_sources {
    std::vector<column_source> columns; ///< one for each column that was asked about
    std::set<table_column> compared;    ///< with the parameter
};

/// Of the named columns of a query with no or one parameter. The query is planned, with views
/// resolved, and never run. It cannot be told for a UNION that compares rows, for a subquery that
/// PostgreSQL plans by itself, and for what a function reads; and what is compared only with a
/// parameter that may be a text.
[[nodiscard]] query_sources sources_of(const std::string& query, int parameters,
                                       const std::vector<std::string>& columns, connection& session,
                                       const wait_options& options);

} // namespace pgsql::postgres
