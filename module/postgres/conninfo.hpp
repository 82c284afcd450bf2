// conninfo.hpp: parses and merges libpq connection strings.
#pragma once

#include <string>

namespace pgsql::postgres {

/// The role that a URI or keyword string connects as: from the string, the environment or libpq's
/// default. Throws std::invalid_argument if libpq cannot parse it.
[[nodiscard]] std::string user_of(const std::string& conninfo);

/// A connection string in which the parts of another override its parts. If the user or the host is
/// overridden, the other parts that belong to it are removed.
[[nodiscard]] std::string overridden(const std::string& conninfo, const std::string& by);

} // namespace pgsql::postgres
