// column_catalog.hpp: asks PostgreSQL for the columns that a query returns.
#pragma once

#include "mapping/column.hpp"

#include <string>
#include <vector>

namespace pgsql::postgres {
class connection;
struct wait_options;
} // namespace pgsql::postgres

namespace pgsql::slapd {

/// The columns of the query of `directive`; with `parameters`, the types of its parameters as well.
/// Throws config_error when PostgreSQL refuses the query, when two columns have one name, or when
/// a column has no single collation; otherwise postgres::error.
[[nodiscard]] std::vector<directory::column>
columns_of(postgres::connection& session, const std::string& directive, const std::string& query,
           const postgres::wait_options& options, std::vector<unsigned>* parameters = nullptr);

} // namespace pgsql::slapd
