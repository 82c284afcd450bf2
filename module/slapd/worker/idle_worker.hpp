// idle_worker.hpp: lets a slapd worker wait for PostgreSQL without blocking configuration changes.
#pragma once

#include "slapd/serving/database.hpp"
#include "slapd/worker/operation_limits.hpp"
#include "slapd/worker/result.hpp"

namespace pgsql::slapd {

/// The end of the client's own time limit for a search.
[[nodiscard]] inline std::optional<deadline> client_deadline(const Operation& op)
{
    // 0: no limit, as sent by the client. slapd sets its own limit after it has read the controls,
    // one of which (proxied authorization) requests entries from this backend.
    if (op.o_tag != LDAP_REQ_SEARCH || op.ors_tlimit <= 0)
        return std::nullopt;
    using namespace std::chrono;
    const auto began = seconds(op.o_time) + microseconds(op.o_tusec);
    const auto now = system_clock::now().time_since_epoch();
    return clock::now() + duration_cast<clock::duration>(began + seconds(op.ors_tlimit) - now);
}

/// The deadline for the operation's next wait for PostgreSQL: the configured timeout, which all its
/// statements share, or the client's own time limit, whichever is sooner.
[[nodiscard]] inline deadline wait_limit(const Operation& op, const service& service)
{
    deadline out = in_seconds(service.timeout);
    if (const auto* all = operation_limits::find(op))
        out = std::min(out, all->expiry());
    if (const auto end = client_deadline(op))
        out = std::min(out, *end);
    return out;
}

/// Marks a thread of slapd's pool as idle.
class idle_thread {
public:
    idle_thread() = default;
    idle_thread(const idle_thread&) = delete;
    idle_thread& operator=(const idle_thread&) = delete;
    ~idle_thread() { end(); }

    /// May be called again.
    void begin() noexcept
    {
        if (!idle_)
            ldap_pvt_thread_pool_idle(&connection_pool);
        idle_ = true;
    }
    /// Waits for the end of a running configuration change.
    void end() noexcept
    {
        if (idle_)
            ldap_pvt_thread_pool_unidle(&connection_pool);
        idle_ = false;
    }

private:
    bool idle_ = false;
};

/// The worker of an operation that waits. A configuration change during the wait either does not
/// need the worker or ends the wait (see pause.hpp).
class waiting_worker {
public:
    explicit waiting_worker(const Operation& op)
        : op_(op), pooled_(in_server() && op.o_threadctx != nullptr),
          idles_(pooled_ && may_idle(op))
    {
        if (pooled_ && !idles_ && pause_is_due())
            throw server_pauses{};
    }

    void begin()
    {
        if (!idles_)
            return;
        if (!was_idle_)
            database_ = database_of(*op_.o_bd).existence;
        was_idle_ = true;
        idle_.begin();
    }
    void end() noexcept { idle_.end(); }

    [[nodiscard]] bool cancelled()
    {
        pause_due_ = pooled_ && !idles_ && pause_is_due();
        return op_.o_abandon != 0 || pause_due_;
    }

    /// Throws the reason if the operation cannot continue; otherwise rethrows `failure`, if set.
    void conclude(const std::exception_ptr& failure)
    {
        end();
        if (was_idle_ && database_.expired())
            throw database_removed{};
        if (failure == nullptr)
            return;
        try {
            std::rethrow_exception(failure);
        } catch (const postgres::error& e) {
            if (e.reason() == postgres::error::cause::abandoned && pause_due_ && op_.o_abandon == 0)
                throw server_pauses{};
            throw;
        }
    }

private:
    const Operation& op_;
    const bool pooled_;
    const bool idles_;
    bool was_idle_ = false;
    bool pause_due_ = false;
    std::weak_ptr<const char> database_;
    idle_thread idle_; ///< the last member: destroyed first
};

/// Runs `work` with the wait options of the operation.
template <typename Work> auto while_waiting(Operation& op, const service& service, Work work)
{
    waiting_worker worker(op);
    const postgres::wait_options options{
        wait_limit(op, service), [&worker] { return worker.cancelled(); },
        [&worker] { worker.begin(); }, [&worker] { worker.end(); }};
    std::optional<std::invoke_result_t<Work&, const postgres::wait_options&>> out;
    std::exception_ptr failure;
    try {
        out.emplace(work(options));
    } catch (...) {
        failure = std::current_exception();
    }
    worker.conclude(failure);
    return std::move(*out);
}

/// Runs `work`, a long computation that does not use slapd.
template <typename Work> auto while_idle(Operation& op, Work work)
{
    waiting_worker worker(op);
    worker.begin();
    std::optional<std::invoke_result_t<Work&>> out;
    std::exception_ptr failure;
    try {
        out.emplace(work());
    } catch (...) {
        failure = std::current_exception();
    }
    worker.conclude(failure);
    return std::move(*out);
}

} // namespace pgsql::slapd
