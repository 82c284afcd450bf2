// traffic.hpp: counts what PostgreSQL was asked, and what was waited for on the way there.
#pragma once

#include "counters.hpp"

namespace pgsql::postgres {

struct traffic {
    enum event : std::size_t {
        statement, ///< sent, not only prepared
        row,       ///< received
        attempt,   ///< to open a session
        session,   ///< opened
        repeated,  ///< on a fresh session, because the first one was lost
        wait,      ///< for a place in the pool
        events
    };
    counters<events> of;

    histogram waited; ///< for a place in the pool, by those who had to wait
};

} // namespace pgsql::postgres
