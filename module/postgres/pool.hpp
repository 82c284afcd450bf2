// pool.hpp: a bounded pool of sessions with PostgreSQL, with a deadline for every wait.
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

/// Limits of the pool. Times are in seconds.
struct pool_limits {
    int size = 8;
    double lifetime = 3600; ///< the age at which a session is replaced
    double idle = 600;      ///< the time after which an unused session is closed
};

class pool {
public:
    /// No session is opened before the first statement. `opened` is called for each new session.
    pool(
        endpoint endpoint, const pool_limits& limits, std::shared_ptr<pool_stats> stats,
        circuit_breaker::callbacks callbacks,
        std::function<void(const transport&)> opened = [](const auto&) {})
        : endpoint_(std::move(endpoint)), limits_(limits), stats_(std::move(stats)),
          breaker_(endpoint_.timeout, std::move(callbacks)), opened_(std::move(opened))
    {}

    /// Runs `work` with a session. If no session is available, or the session breaks, it retries
    /// until the deadline, unless the database is down or refuses sessions; so `work` must be
    /// repeatable. An abandoned statement is canceled at the server.
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
    /// Sends a statement whose rows are collected later. Returns null if more than half of the
    /// sessions would be in use: an operation with a prefetch may need a second session.
    [[nodiscard]] std::unique_ptr<prefetch> start(const statement& statement,
                                                  const wait_options& options);

    /// A task of the maintenance thread: probes a database that is down, and closes expired
    /// sessions.
    [[nodiscard]] next_run maintain(const maintenance_thread::stop_requested& dismissed);

    [[nodiscard]] const circuit_breaker& health() const noexcept { return breaker_; }
    [[nodiscard]] int size() const noexcept { return limits_.size; }
    /// The number of sessions in use, and of idle ones.
    [[nodiscard]] int leased();
    [[nodiscard]] int idle();

private:
    /// What an operation has tried so far.
    struct attempt_state {
        attempt_state(const wait_options& options, double timeout)
            : shortened(options.expiry < in_seconds(timeout * 0.9))
        {}

        const bool shortened; ///< the client's time limit is below the configured timeout
        clock::time_point began = clock::now();
        bool work_started = false;     ///< the last attempt failed after it got a session
        bool new_session = false;      ///< the last session was opened for this attempt
        int dropped_without_error = 0; ///< new sessions that were lost without an error message
        int statement_errors = 0;      ///< failures that PostgreSQL reported for the statement
    };
    /// A slot of the pool with its session; the destructor returns both.
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
    /// A session that is not in use.
    struct idle_connection {
        std::unique_ptr<connection> session;
        clock::time_point since;
    };
    /// An operation that waits for a slot; served in order of arrival.
    struct waiter {
        std::condition_variable turn;
        bool served = false;
    };

    template <typename Work>
    std::invoke_result_t<Work&, connection&> use(const lease& slot, Work& work,
                                                 attempt_state& so_far)
    {
        so_far.work_started = true;
        try {
            if constexpr (std::is_void_v<std::invoke_result_t<Work&, connection&>>) {
                work(*slot.session);
                breaker_.record_success();
            } else {
                auto out = work(*slot.session);
                breaker_.record_success();
                return out;
            }
        } catch (const error& e) {
            // The statement_timeout ends a statement that reached the configured timeout. One that
            // the client abandoned, or limited to less time, has to be canceled.
            if (e.reason() == error::cause::abandoned ||
                (so_far.shortened && e.reason() == error::cause::deadline))
                end_statement(*slot.session);
            throw;
        }
    }

    [[nodiscard]] lease acquire(attempt_state& so_far, const wait_options& options);
    /// Whether to retry after a failure.
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
    /// Ends a statement whose result is not needed, so that the session can be kept.
    void end_statement(connection& session) noexcept;
    void cancel(const connection& session) noexcept;

    const endpoint endpoint_;
    const pool_limits limits_;
    const std::shared_ptr<pool_stats> stats_;
    circuit_breaker breaker_;
    const std::function<void(const transport&)> opened_;
    std::mutex mutex_;
    std::deque<waiter*> queue_;
    std::vector<idle_connection> idle_; ///< last in, first out: the most recently used goes first
    int leased_ = 0;                    ///< slots
    int in_use_ = 0;                    ///< sessions in these slots
};

/// A statement whose rows are collected later.
class pool::prefetch {
public:
    prefetch(pool& pool, std::unique_ptr<lease> slot, statement statement)
        : pool_(pool), lease_(std::move(slot)), statement_(std::move(statement))
    {}
    prefetch(const prefetch&) = delete;
    prefetch& operator=(const prefetch&) = delete;
    ~prefetch();

    /// Whether the rows have arrived; then they are stored and the session is returned.
    [[nodiscard]] bool ready();
    /// Waits for the rows, stores them and returns the session.
    void wait(const wait_options& options);
    /// The rows. A lost session is replaced, as in run().
    [[nodiscard]] result collect(const wait_options& options);

private:
    pool& pool_;
    std::unique_ptr<lease> lease_; ///< null once the rows are stored or the statement has failed
    statement statement_;
    result result_;
    bool finished_ = false;
};

} // namespace pgsql::postgres
