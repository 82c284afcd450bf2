// idle_worker.hpp: lets a slapd worker wait for PostgreSQL without holding up the rest of slapd.
#pragma once

#include "slapd/serving/database.hpp"
#include "slapd/worker/operation_limits.hpp"
#include "slapd/worker/result.hpp"

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

/// The time that this operation may wait for PostgreSQL now: until the configured timeout, which
/// all its statements share, or the client's own time limit, whichever is sooner.
[[nodiscard]] inline deadline wait_limit(const Operation& op, const service& service)
{
    deadline out = in_seconds(service.timeout);
    if (const auto* all = operation_limits::find(op))
        out = std::min(out, all->expiry());
    if (const auto end = client_deadline(op))
        out = std::min(out, *end);
    return out;
}

/// A thread of slapd's pool that counts as idle now and then.
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
    /// Waits for the end of a configuration change that is being made.
    void end() noexcept
    {
        if (idle_)
            ldap_pvt_thread_pool_unidle(&connection_pool);
        idle_ = false;
    }

private:
    bool idle_ = false;
};

/// The worker of an operation that waits. While it does, a configuration change is either made
/// without it, or ends the wait (see pause.hpp).
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

    [[nodiscard]] bool given_up()
    {
        hurried_ = pooled_ && !idles_ && pause_is_due();
        return op_.o_abandon != 0 || hurried_;
    }

    /// Throws what the operation has to end with, if it cannot go on; then `failure`, if there is
    /// one.
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
            if (e.reason() == postgres::error::cause::abandoned && hurried_ && op_.o_abandon == 0)
                throw server_pauses{};
            throw;
        }
    }

private:
    const Operation& op_;
    const bool pooled_;
    const bool idles_;
    bool was_idle_ = false;
    bool hurried_ = false;
    std::weak_ptr<const char> database_;
    idle_thread idle_; ///< the last member: it ends first
};

/// Runs `work` with the patience of the operation.
template <typename Work> auto while_waiting(Operation& op, const service& service, Work work)
{
    waiting_worker worker(op);
    const postgres::wait_options options{
        wait_limit(op, service), [&worker] { return worker.given_up(); },
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

/// Runs `work`, which computes for long and uses nothing of slapd's.
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
