// monitor_schema.hpp: the attributes and the object class that show metrics in cn=Monitor.
#pragma once

#include "slapd/monitor/metrics.hpp"

#include <vector>

namespace pgsql::slapd {

struct monitor_schema {
    AttributeDescription* suffix = nullptr;
    std::vector<AttributeDescription*> metrics;    ///< in the order of the catalog
    std::vector<AttributeDescription*> histograms; ///< in the order of the catalog
    ObjectClass* database = nullptr;
};

/// Registers the schema with slapd; null if slapd rejects it. slapd keeps the addresses of members.
[[nodiscard]] const monitor_schema* register_monitor_schema();

} // namespace pgsql::slapd
