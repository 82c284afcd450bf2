// value_checks.hpp: finds out which values of a request PostgreSQL takes as parameters.
#pragma once

#include "slapd/worker/idle_worker.hpp"

#include "query/query_planner.hpp"

namespace pgsql::slapd {

/// Asks PostgreSQL about the filter's characters that nobody has asked about, if the encoding of
/// the database has only some.
void learn_characters(Operation& op, service& service, const resolved_mapping& mapping,
                      const directory::filter& filter);

/// Thrown instead of the answer to a plan: no row has these values, whatever the rows are.
struct value_refused {
    std::vector<directory::requested_value> values;
};

/// Throws value_refused if some of the values that the plan's keyed queries are asked for are the
/// reason why a statement failed.
void check_asked_values(Operation& op, service& service, const resolved_mapping& mapping,
                        const directory::plan& plan, const postgres::error& why);

/// Runs `work`, which makes a plan without the values it is given and reads its rows, until
/// PostgreSQL takes all values.
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
