// metrics.hpp: the catalog of all metrics of a database: their names and how to read them.
#pragma once

#include "slapd/serving/database.hpp"

#include <functional>
#include <string>
#include <vector>

namespace pgsql::slapd {

/// The sources of metrics.
struct metric_source {
    operation_stats& counted;
    service* serving;   ///< null while the database is closed
    async_binds* binds; ///< null while the database is closed
};

enum class metric_type : char {
    counter, ///< only grows
    gauge,   ///< goes up and down
};

enum class metric_unit : char { count, seconds, microseconds, bytes };

/// A number.
struct metric {
    int number;       ///< the end of its OID
    std::string name; ///< of its attribute in cn=Monitor
    metric_type type;
    metric_unit unit;
    std::string help; ///< the DESC of its attribute
    std::function<std::uint64_t(const metric_source&)> read;
};

/// A histogram of durations; its bounds are seconds. Its sum is a separate metric.
struct histogram_metric {
    int number;
    std::string name;
    std::string help;
    std::function<const histogram&(const metric_source&)> read;
};

struct metric_catalog {
    std::vector<metric> metrics;
    std::vector<histogram_metric> histograms;
};

/// The catalog, in the order in which renderers show it.
[[nodiscard]] const metric_catalog& all_metrics();

/// Calls use(metric_source) with the current sources of a database.
template <typename Use> void with_metric_source(const database& database, Use use)
{
    const auto serving = database.current();
    const auto binds = database.binds();
    use(metric_source{*database.stats, serving.get(), binds.get()});
}

/// The bound of a bucket in seconds, as Prometheus writes it: 0.00005 … 10, inf.
[[nodiscard]] std::string bound_name(std::size_t bucket);

/// The cumulative counts: how many durations are within each bound.
[[nodiscard]] std::array<std::uint64_t, histogram::buckets> cumulated(const histogram& of);

} // namespace pgsql::slapd
