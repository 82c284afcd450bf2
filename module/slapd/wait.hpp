// wait.hpp: lets a slapd worker wait for PostgreSQL without holding up the rest of slapd.
#pragma once

#include "guard.hpp"

namespace pgsql::slapd {

/// When the client's own time limit for a search ends.
[[nodiscard]] inline std::optional<deadline> client_deadline(const Operation& op)
{
    if (op.o_tag != LDAP_REQ_SEARCH || op.ors_tlimit == SLAP_NO_LIMIT)
        return std::nullopt;
    using namespace std::chrono;
    const auto began = seconds(op.o_time) + microseconds(op.o_tusec);
    const auto now = system_clock::now().time_since_epoch();
    return clock::now() + duration_cast<clock::duration>(began + seconds(op.ors_tlimit) - now);
}

/// How long this operation may wait for PostgreSQL now: until the configured timeout or the
/// client's own time limit, whichever is sooner, and not at all once it is abandoned.
[[nodiscard]] inline postgres::patience patience_of(const Operation& op, const service& with)
{
    postgres::patience out{in_seconds(with.timeout), [&op] { return op.o_abandon != 0; }};
    if (const auto end = client_deadline(op))
        out.until = std::min(out.until, *end);
    return out;
}

/// Runs `work`, which talks to PostgreSQL, while the worker counts as idle: a configuration change
/// pauses all workers and would otherwise wait for us, and every client with it. Throws
/// database_gone if the database was removed meanwhile.
template <typename Work> auto while_idle(Operation& op, Work work)
{
    const bool worker = (slapMode & SLAP_SERVER_MODE) != 0 && (slapMode & SLAP_TOOL_MODE) == 0 &&
                        op.o_threadctx != nullptr;
    if (!worker)
        return work();
    BackendDB* const self = op.o_bd->bd_self;
    const void* const mine = op.o_bd->be_private;
    struct idle {
        idle() { ldap_pvt_thread_pool_idle(&connection_pool); }
        ~idle() { ldap_pvt_thread_pool_unidle(&connection_pool); }
    };
    const auto still_there = [&] {
        BackendDB* be = nullptr;
        LDAP_STAILQ_FOREACH(be, &backendDB, be_next)
        if (be == self && be->be_private == mine)
            return;
        throw database_gone{};
    };
    try {
        auto out = [&] {
            const idle here;
            return work();
        }();
        still_there();
        return out;
    } catch (const database_gone&) {
        throw;
    } catch (...) {
        still_there();
        throw;
    }
}

} // namespace pgsql::slapd
