// parameter_expressions.hpp: finds the expressions of a query that depend on its parameter alone.
#pragma once

#include "sql/placeholders.hpp"

namespace pgsql::postgres {

/// The largest such expression around each $1, as far as it is made of casts, parentheses and calls
/// of functions whose other arguments are literals: ($1::text)::inet of WHERE a = ($1::text)::inet.
/// A parameter without any has none.
[[nodiscard]] std::vector<std::string> parameter_expressions(const query_text& of);

} // namespace pgsql::postgres
