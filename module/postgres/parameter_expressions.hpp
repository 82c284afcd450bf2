// parameter_expressions.hpp: finds the expressions of a query that depend only on its parameter.
#pragma once

#include "sql/placeholders.hpp"

namespace pgsql::postgres {

/// The largest such expression around each $1 that consists of casts, parentheses and calls of
/// functions whose other arguments are literals: ($1::text)::inet of WHERE a = ($1::text)::inet.
/// None for a parameter without any of these.
[[nodiscard]] std::vector<std::string> parameter_expressions(const query_text& of);

} // namespace pgsql::postgres
