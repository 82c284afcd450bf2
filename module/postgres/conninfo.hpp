// conninfo.hpp: turns connection strings into their parts, and two of them into one.
#pragma once

#include <string>

namespace pgsql::postgres {

/// The role that a URI or keyword string connects as: its own, the environment's or libpq's
/// default. Throws std::invalid_argument if libpq cannot read it.
[[nodiscard]] std::string user_of(const std::string& conninfo);

/// A connection string with the parts of another in place of its own. What belongs to a user or a
/// host is left out when that is replaced.
[[nodiscard]] std::string overridden(const std::string& conninfo, const std::string& by);

} // namespace pgsql::postgres
