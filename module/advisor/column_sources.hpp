// column_sources.hpp: finds the table columns that the columns of a query are computed from.
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

/// The sources of one column of a query, according to PostgreSQL's plan.
struct column_source {
    std::set<table_column> columns;   ///< empty: none, or unknown
    std::set<table_column> unchanged; ///< those whose values the column has without computation
};

struct query_sources {
    std::vector<column_source> columns; ///< one for each requested column
    std::set<table_column> compared;    ///< compared with the parameter
};

/// The sources of the given columns of a query with at most one parameter. The query is planned,
/// with views resolved, and never run. The sources are unknown for a UNION that compares rows, for
/// a subquery that PostgreSQL plans separately, and for data that a function reads. Compared
/// columns are known only if the parameter can be text.
[[nodiscard]] query_sources sources_of(const std::string& query, int parameters,
                                       const std::vector<std::string>& columns, connection& session,
                                       const wait_options& options);

} // namespace pgsql::postgres
