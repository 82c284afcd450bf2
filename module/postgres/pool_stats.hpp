// pool_stats.hpp: counts what PostgreSQL was asked, and what was waited for on the way there.
#pragma once

#include "base/counters.hpp"

namespace pgsql::postgres {

struct pool_stats {
    enum event : std::size_t {
        statement, ///< sent, not only prepared
        row,       ///< received
        attempt,   ///< to open a session
        session,   ///< opened
        repeated,  ///< on another session, because the first one was lost
        wait,      ///< for a place in the pool
        lost,      ///< sessions that broke while somebody used them
        retired,   ///< sessions closed for their age, or because nobody needed them
        refused,   ///< asked for while the database was known to be away
        events
    };
    counters<events> events_counted;

    histogram waited; ///< for a place in the pool, by those who had to wait
};

} // namespace pgsql::postgres
