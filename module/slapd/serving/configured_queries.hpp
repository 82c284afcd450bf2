// configured_queries.hpp: the configured queries of a mapping, with the directives that set them.
#pragma once

#include "mapping/mapping.hpp"
#include "postgres/trigger_audit.hpp"

#include <string>
#include <vector>

namespace pgsql::slapd {

/// The directive that sets a query of the kind about an attribute, such as `pgsql-lookup users
/// uid`.
[[nodiscard]] std::string directive_of(const directory::mapping& map, const directory::kind& kind,
                                       const std::string& directive,
                                       directory::attribute_id attribute);

/// All queries for rows and values, without the rows that the login filter hides. The parameter of
/// a lookup is NULL.
[[nodiscard]] std::vector<postgres::named_query> configured_queries(const directory::mapping& map);

} // namespace pgsql::slapd
