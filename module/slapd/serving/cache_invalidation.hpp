// cache_invalidation.hpp: turns what PostgreSQL tells of changes into a cache that shows none but
// what is true.
#pragma once

#include "slapd/serving/service.hpp"

namespace pgsql::slapd {

/// Why some changes of what the queries of the mapping read would not be told; empty if all are.
[[nodiscard]] std::string unnotified_changes(const directory::mapping& map,
                                             postgres::connection& session,
                                             const postgres::wait_options& options);

/// Has the service's answers used while every change in the tables would be told, and emptied when
/// one is.
[[nodiscard]] postgres::maintenance_thread::task notification_task(service& service);

} // namespace pgsql::slapd
