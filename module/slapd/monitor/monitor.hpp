// monitor.hpp: shows what a database has counted below cn=Monitor.
#pragma once

#include "slapd/serving/database.hpp"

namespace pgsql::slapd {

/// The entry of one database below cn=Databases,cn=Monitor. slapd has its address while it is
/// listed there.
struct monitor_entry {
    slapd::database* owner = nullptr; ///< null once that is closed
    berval ndn{}; ///< slapd's; filled in when it opens cn=Monitor, if not at once
    monitor_callback_t* callback = nullptr; ///< null: not listed
};

/// Makes the attributes known to slapd, if it can monitor at all. Once for each database, before
/// its directives are read.
void prepare_monitoring(BackendDB& be);
/// Lists an open database, if there is a cn=Monitor and the database is to be shown there; to be
/// called again when there may be one now.
void register_monitor_entry(BackendDB& be);
/// Ends it. No worker may be at work.
void unregister_monitor_entry(database& database) noexcept;

} // namespace pgsql::slapd
