// monitor_counters.hpp: shows one metric per entry below cn=PostgreSQL,cn=Monitor, for exporters.
#pragma once

#include "slapd/core/slapd.hpp"

namespace pgsql::slapd {

/// The entry cn=PostgreSQL,cn=Monitor, to be registered with back-monitor once.
[[nodiscard]] monitor_subsys_t& counters_subsystem() noexcept;

} // namespace pgsql::slapd
