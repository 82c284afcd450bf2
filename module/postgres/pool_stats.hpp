// pool_stats.hpp: counters of statements, sessions and waits of the pool.
#pragma once

#include "base/counters.hpp"

namespace pgsql::postgres {

struct pool_stats {
    enum event : std::size_t {
        statement, ///< statements sent to run, not only to prepare
        row,       ///< rows received
        attempt,   ///< attempts to open a session
        session,   ///< sessions opened
        repeated,  ///< statements repeated on another session because the first one was lost
        wait,      ///< waits for a slot of the pool
        lost,      ///< sessions lost while in use
        retired,   ///< sessions closed because of their age or because they were idle
        refused,   ///< requests for a session that failed fast while the database was down
        events
    };
    counters<events> events_counted;

    histogram waited; ///< durations of the waits for a slot of the pool
};

} // namespace pgsql::postgres
