// cache_invalidation.hpp: invalidates the cache when PostgreSQL reports changes, and disables it
// when reports may be missing.
#pragma once

#include "slapd/serving/service.hpp"

namespace pgsql::slapd {

/// Why PostgreSQL would not report every change in the tables that the queries of the mapping read;
/// empty if it reports all.
[[nodiscard]] std::string unnotified_changes(const directory::mapping& map,
                                             postgres::connection& session,
                                             const postgres::wait_options& options);

/// Enables the cache of the service while PostgreSQL reports every change in the tables, and
/// invalidates it after each report.
[[nodiscard]] postgres::maintenance_thread::task notification_task(service& service);

} // namespace pgsql::slapd
