// listening.hpp: turns what PostgreSQL tells of changes into a cache that shows none but what is
// true.
#pragma once

#include "database.hpp"

namespace pgsql::slapd {

/// Has the service's answers used while every change in the tables would be told, and emptied when
/// one is.
[[nodiscard]] postgres::watch::duty listen_for_changes(service& with);

} // namespace pgsql::slapd
