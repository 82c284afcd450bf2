// monitor.hpp: shows the metrics of a database below cn=Monitor.
#pragma once

#include "slapd/serving/database.hpp"

namespace pgsql::slapd {

/// The entry of one database below cn=Databases,cn=Monitor. slapd holds its address while it is
/// registered there.
struct monitor_entry {
    slapd::database* owner = nullptr; ///< null once the database is closed
    berval ndn{}; ///< owned by slapd, which may set it only when it opens cn=Monitor
    monitor_callback_t* callback = nullptr; ///< null: not registered
};

/// Registers the attributes, if slapd has back-monitor. Call once for each database, before its
/// directives are read.
void prepare_monitoring(BackendDB& be);
/// Registers an open database, if cn=Monitor exists and `monitoring` is on. Call again when
/// cn=Monitor may have been added.
void register_monitor_entry(BackendDB& be);
/// Removes the registration. No worker thread may be running.
void unregister_monitor_entry(database& database) noexcept;

} // namespace pgsql::slapd
