// wait.hpp: lets a slapd worker wait for PostgreSQL without holding up the rest of slapd.
#pragma once

#include "guard.hpp"
#include "surroundings.hpp"

namespace pgsql::slapd {

/// When the client's own time limit for a search ends.
[[nodiscard]] inline std::optional<deadline> client_deadline(const Operation& op)
{
    // 0: what the client sent, for no limit; slapd puts its own there once it has read the
    // controls, one of which (proxied authorization) asks us for entries.
    if (op.o_tag != LDAP_REQ_SEARCH || op.ors_tlimit <= 0)
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

/// The worker counts as idle: a configuration change pauses all workers and would otherwise wait
/// for us, and every client with it.
class idle_worker {
public:
    explicit idle_worker(const Operation& op)
        : op_(op), worker_(in_server() && op.o_threadctx != nullptr), self_(op.o_bd->bd_self),
          mine_(op.o_bd->be_private)
    {}
    idle_worker(const idle_worker&) = delete;
    idle_worker& operator=(const idle_worker&) = delete;
    ~idle_worker() { end(); }

    void begin()
    {
        if (!worker_ || idle_)
            return;
        around_.emplace(op_);
        ldap_pvt_thread_pool_idle(&connection_pool);
        idle_ = true;
    }
    /// At work again, if it was idle; then the configuration may be another. Throws database_gone
    /// if the database was removed, or an overlay.
    void end_checked()
    {
        if (!idle_)
            return;
        end();
        if (!around_->still_there() || self_->be_private != mine_)
            throw database_gone{};
    }

private:
    void end()
    {
        if (idle_)
            ldap_pvt_thread_pool_unidle(&connection_pool);
        idle_ = false;
    }

    const Operation& op_;
    const bool worker_;
    BackendDB* const self_;
    const void* const mine_;
    std::optional<surroundings> around_;
    bool idle_ = false;
};

/// Runs `work`, which waits long from the beginning, while the worker counts as idle.
template <typename Work> auto while_idle(Operation& op, Work work)
{
    idle_worker worker(op);
    worker.begin();
    try {
        auto out = work();
        worker.end_checked();
        return out;
    } catch (const database_gone&) {
        throw;
    } catch (...) {
        worker.end_checked();
        throw;
    }
}

/// Runs `work` with the patience of the operation; the worker counts as idle as soon as the wait
/// becomes long.
template <typename Work> auto while_waiting(Operation& op, const service& with, Work work)
{
    idle_worker worker(op);
    postgres::patience limits = patience_of(op, with);
    limits.long_wait = [&worker] { worker.begin(); };
    try {
        auto out = work(limits);
        worker.end_checked();
        return out;
    } catch (const database_gone&) {
        throw;
    } catch (...) {
        worker.end_checked();
        throw;
    }
}

} // namespace pgsql::slapd
