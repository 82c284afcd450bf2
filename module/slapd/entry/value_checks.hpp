// value_checks.hpp: determines which values of a request PostgreSQL accepts as parameters.
#pragma once

#include "slapd/worker/idle_worker.hpp"

#include "query/query_planner.hpp"

namespace pgsql::slapd {

/// Checks the filter's unknown characters with PostgreSQL, if the database encoding cannot
/// represent all characters.
void learn_characters(Operation& op, service& service, const resolved_mapping& mapping,
                      const directory::filter& filter);

/// Thrown instead of a plan's result: no row can have these values.
struct value_refused {
    std::vector<directory::requested_value> values;
};

/// Throws value_refused if values requested from the plan's lookups caused the failure of a
/// statement.
void check_asked_values(Operation& op, service& service, const resolved_mapping& mapping,
                        const directory::plan& plan, const postgres::error& why);

/// Runs `work`, which makes a plan without the given values and reads its rows, until PostgreSQL
/// accepts all values.
template <typename Work> auto without_refused_values(Work work)
{
    std::vector<directory::requested_value> refused;
    for (;;) {
        try {
            return work(refused);
        } catch (const value_refused& e) {
            refused.insert(refused.end(), e.values.begin(), e.values.end());
        }
    }
}

} // namespace pgsql::slapd
