// monitor_schema.hpp: the attributes and the object class that cn=Monitor shows metrics with.
#pragma once

#include "slapd/monitor/metrics.hpp"

#include <vector>

namespace pgsql::slapd {

struct monitor_schema {
    AttributeDescription* suffix = nullptr;
    std::vector<AttributeDescription*> metrics;    ///< in the order of the catalogue
    std::vector<AttributeDescription*> histograms; ///< as well
    ObjectClass* database = nullptr;
};

/// Registers all of it with slapd; null if slapd refuses. slapd keeps the addresses in it.
[[nodiscard]] const monitor_schema* register_monitor_schema();

} // namespace pgsql::slapd
