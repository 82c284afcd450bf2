// pool.hpp: lends sessions with PostgreSQL to operations: bounded, kept ready, waited for until a
// deadline.
#pragma once

#include "postgres/circuit_breaker.hpp"
#include "postgres/connection.hpp"
#include "postgres/maintenance_thread.hpp"
#include "postgres/pool_stats.hpp"

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <type_traits>
#include <utility>
#include <vector>

namespace pgsql::postgres {

/// How many sessions, and for how long. Times in seconds.
struct pool_limits {
    int size = 8;
    double lifetime = 3600; ///< after which a session is replaced by another
    double idle = 600;      ///< that a session nobody needs is kept
};

class pool {
public:
    /// No session is opened before the first statement. `opened` is told of each that is.
    pool(
        endpoint endpoint, const pool_limits& limits, std::shared_ptr<pool_stats> stats,
        circuit_breaker::callbacks callbacks,
        std::function<void(const transport&)> opened = [](const auto&) {})
        : endpoint_(std::move(endpoint)), limits_(limits), stats_(std::move(stats)),
          breaker_(endpoint_.timeout, std::move(callbacks)), opened_(std::move(opened))
    {}

    /// Runs `work` with a session. While there is none to be had, or each breaks, that is tried
    /// again until the deadline, unless the database is known to be away or refuses sessions; so
    /// `work` must be repeatable. An abandoned statement is stopped at the server.
    template <typename Work>
    std::invoke_result_t<Work&, connection&> with_connection(const wait_options& options, Work work)
    {
        attempt_state so_far(options, endpoint_.timeout);
        for (;;) {
            try {
                lease session = acquire(so_far, options);
                return use(session, work, so_far);
            } catch (const error& e) {
                if (should_retry(e, options, so_far))
                    continue;
                if (so_far.work_started)
                    throw;
                throw breaker_.reason_of(e);
            }
        }
    }

    [[nodiscard]] result run(const statement& statement, const wait_options& options)
    {
        return with_connection(options, [&](connection& c) { return c.run(statement, options); });
    }

    class prefetch;
    /// Sends a statement whose rows are wanted later; null when sessions are scarce: whoever holds
    /// one meanwhile may need another, and half of them are kept for that.
    [[nodiscard]] std::unique_ptr<prefetch> start(const statement& statement,
                                                  const wait_options& options);

    /// A duty of the watch: finds out whether a database that is away is back, and closes sessions
    /// whose time has come.
    [[nodiscard]] next_run maintain(const maintenance_thread::stop_requested& dismissed);

    [[nodiscard]] const circuit_breaker& health() const noexcept { return breaker_; }
    [[nodiscard]] int size() const noexcept { return limits_.size; }
    /// How many sessions somebody uses, and how many nobody does.
    [[nodiscard]] int leased();
    [[nodiscard]] int idle();

private:
    /// What an operation has tried.
    struct attempt_state {
        attempt_state(const wait_options& options, double timeout)
            : shortened(options.expiry < in_seconds(timeout * 0.9))
        {}

        const bool shortened; ///< the client leaves us less time than the configuration
        clock::time_point began = clock::now();
        bool work_started = false;     ///< the last one failed at work, and not before
        bool new_session = false;      ///< the last session
        int dropped_without_error = 0; ///< fresh sessions that broke without a word
        int statement_errors = 0;      ///< failures that were PostgreSQL's answer to the statement
    };
    /// A place in the pool, with the session that sits on it; both go back on the way out of a
    /// scope.
    class lease {
    public:
        explicit lease(pool& pool, std::unique_ptr<connection> idle = nullptr)
            : session(std::move(idle)), pool_(&pool)
        {}
        lease(lease&& other) noexcept
            : session(std::move(other.session)), pool_(std::exchange(other.pool_, nullptr))
        {}
        lease(const lease&) = delete;
        lease& operator=(const lease&) = delete;
        lease& operator=(lease&&) = delete;
        ~lease()
        {
            if (pool_ != nullptr)
                pool_->release(std::move(session));
        }

        std::unique_ptr<connection> session;

    private:
        pool* pool_;
    };
    /// A session that nobody uses.
    struct idle_connection {
        std::unique_ptr<connection> session;
        clock::time_point since;
    };
    /// Who waits for a place: first come, first served.
    struct waiter {
        std::condition_variable turn;
        bool served = false;
    };

    template <typename Work>
    std::invoke_result_t<Work&, connection&> use(const lease& lent, Work& work,
                                                 attempt_state& so_far)
    {
        so_far.work_started = true;
        try {
            if constexpr (std::is_void_v<std::invoke_result_t<Work&, connection&>>) {
                work(*lent.session);
                breaker_.record_success();
            } else {
                auto out = work(*lent.session);
                breaker_.record_success();
                return out;
            }
        } catch (const error& e) {
            // A session's own statement_timeout ends what our timeout has given up; what a client
            // gave up, or limited to less, has to be stopped.
            if (e.reason() == error::cause::abandoned ||
                (so_far.shortened && e.reason() == error::cause::deadline))
                cancel(*lent.session);
            throw;
        }
    }

    [[nodiscard]] lease acquire(attempt_state& so_far, const wait_options& options);
    /// Whether to try again, after a failure.
    [[nodiscard]] bool should_retry(const error& e, const wait_options& options,
                                    attempt_state& so_far);
    [[nodiscard]] std::unique_ptr<connection> open(const wait_options& options);
    void wait_for_slot(const wait_options& options);
    [[nodiscard]] std::unique_ptr<connection> take_idle();
    [[nodiscard]] idle_connection pop_idle(); ///< with the lock held
    void free_slot() noexcept;                ///< with the lock held
    void release(std::unique_ptr<connection> session) noexcept;
    [[nodiscard]] bool can_keep(const connection& session) const noexcept;
    [[nodiscard]] bool has_sessions();
    void close_idle();
    [[nodiscard]] clock::time_point close_expired();
    void cancel(const connection& session) noexcept;

    const endpoint endpoint_;
    const pool_limits limits_;
    const std::shared_ptr<pool_stats> stats_;
    circuit_breaker breaker_;
    const std::function<void(const transport&)> opened_;
    std::mutex mutex_;
    std::deque<waiter*> queue_;
    std::vector<idle_connection> idle_; ///< last in, first out: the warmest session serves next
    int leased_ = 0;                    ///< places
    int in_use_ = 0;                    ///< sessions on them
};

/// A statement under way.
class pool::prefetch {
public:
    prefetch(pool& pool, std::unique_ptr<lease> on, statement statement)
        : pool_(pool), lease_(std::move(on)), statement_(std::move(statement))
    {}
    prefetch(const prefetch&) = delete;
    prefetch& operator=(const prefetch&) = delete;
    ~prefetch();

    /// Whether the rows are there; then they are kept and the session is given back.
    [[nodiscard]] bool ready();
    /// Waits for the rows and keeps them, so that the session is given back.
    void wait(const wait_options& options);
    /// The rows. A session that turns out to be lost is replaced, as in run().
    [[nodiscard]] result collect(const wait_options& options);

private:
    pool& pool_;
    std::unique_ptr<lease> lease_; ///< null once the rows are kept, or asked for again
    statement statement_;
    result result_;
    bool finished_ = false;
};

} // namespace pgsql::postgres
