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
        target where, const pool_limits& limits, std::shared_ptr<traffic> counted,
        breaker::listener tell, std::function<void(const transport&)> opened = [](const auto&) {})
        : where_(std::move(where)), limits_(limits), counted_(std::move(counted)),
          breaker_(where_.timeout, std::move(tell)), opened_(std::move(opened))
    {}

    /// Runs `work` with a session. While there is none to be had, or each breaks, that is tried
    /// again until the deadline, unless the database is known to be away or refuses sessions; so
    /// `work` must be repeatable. An abandoned statement is stopped at the server.
    template <typename Work>
    std::invoke_result_t<Work&, connection&> with_connection(const patience& limits, Work work)
    {
        tries so_far(limits, where_.timeout);
        for (;;) {
            try {
                loan session = borrow(so_far, limits);
                return use(session, work, so_far);
            } catch (const error& e) {
                if (again(e, limits, so_far))
                    continue;
                if (so_far.sent)
                    throw;
                throw breaker_.reason_of(e);
            }
        }
    }

    [[nodiscard]] rows run(const statement& what, const patience& limits)
    {
        return with_connection(limits, [&](connection& c) { return c.run(what, limits); });
    }

    class ahead;
    /// Sends a statement whose rows are wanted later; null when sessions are scarce: whoever holds
    /// one meanwhile may need another, and half of them are kept for that.
    [[nodiscard]] std::unique_ptr<ahead> begin(const statement& what, const patience& limits);

    /// A duty of the watch: finds out whether a database that is away is back, and closes sessions
    /// whose time has come.
    [[nodiscard]] appointment tend(const watch::dismissal& dismissed);

    [[nodiscard]] const breaker& health() const noexcept { return breaker_; }
    [[nodiscard]] int size() const noexcept { return limits_.size; }
    /// How many sessions somebody uses, and how many nobody does.
    [[nodiscard]] int lent();
    [[nodiscard]] int idle();

private:
    /// What an operation has tried.
    struct tries {
        tries(const patience& limits, double timeout)
            : shortened(limits.until < in_seconds(timeout * 0.9))
        {}

        const bool shortened; ///< the client leaves us less time than the configuration
        clock::time_point began = clock::now();
        bool sent = false;      ///< the last one failed at work, and not before
        bool was_fresh = false; ///< the last session
        int wordless = 0;       ///< fresh sessions that broke without a word
        int answered = 0;       ///< failures that were PostgreSQL's answer to the statement
    };
    /// A place in the pool, with the session that sits on it; both go back on the way out of a
    /// scope.
    class loan {
    public:
        explicit loan(pool& from, std::unique_ptr<connection> idle = nullptr)
            : session(std::move(idle)), from_(&from)
        {}
        loan(loan&& other) noexcept
            : session(std::move(other.session)), from_(std::exchange(other.from_, nullptr))
        {}
        loan(const loan&) = delete;
        loan& operator=(const loan&) = delete;
        loan& operator=(loan&&) = delete;
        ~loan()
        {
            if (from_ != nullptr)
                from_->take_back(std::move(session));
        }

        std::unique_ptr<connection> session;

    private:
        pool* from_;
    };
    /// A session that nobody uses.
    struct resting {
        std::unique_ptr<connection> session;
        clock::time_point since;
    };
    /// Who waits for a place: first come, first served.
    struct waiter {
        std::condition_variable turn;
        bool served = false;
    };

    template <typename Work>
    std::invoke_result_t<Work&, connection&> use(const loan& from, Work& work, tries& so_far)
    {
        so_far.sent = true;
        try {
            if constexpr (std::is_void_v<std::invoke_result_t<Work&, connection&>>) {
                work(*from.session);
                breaker_.answered();
            } else {
                auto out = work(*from.session);
                breaker_.answered();
                return out;
            }
        } catch (const error& e) {
            // A session's own statement_timeout ends what our timeout has given up; what a client
            // gave up, or limited to less, has to be stopped.
            if (e.why() == error::cause::abandoned ||
                (so_far.shortened && e.why() == error::cause::deadline))
                cancel(*from.session);
            throw;
        }
    }

    [[nodiscard]] loan borrow(tries& so_far, const patience& limits);
    /// Whether to try again, after a failure.
    [[nodiscard]] bool again(const error& e, const patience& limits, tries& so_far);
    [[nodiscard]] std::unique_ptr<connection> open(const patience& limits);
    void wait_for_place(const patience& limits);
    [[nodiscard]] std::unique_ptr<connection> take_idle();
    [[nodiscard]] resting pop_idle(); ///< with the lock held
    void leave_place() noexcept;      ///< with the lock held
    void take_back(std::unique_ptr<connection> session) noexcept;
    [[nodiscard]] bool keeps(const connection& session) const noexcept;
    [[nodiscard]] bool has_sessions();
    void forget_idle();
    [[nodiscard]] clock::time_point close_old();
    void cancel(const connection& session) noexcept;

    const target where_;
    const pool_limits limits_;
    const std::shared_ptr<traffic> counted_;
    breaker breaker_;
    const std::function<void(const transport&)> opened_;
    std::mutex guard_;
    std::deque<waiter*> queue_;
    std::vector<resting> idle_; ///< last in, first out: the warmest session serves next
    int lent_ = 0;              ///< places
    int in_use_ = 0;            ///< sessions on them
};

/// A statement under way.
class pool::ahead {
public:
    ahead(pool& from, std::unique_ptr<loan> on, statement what)
        : from_(from), on_(std::move(on)), what_(std::move(what))
    {}
    ahead(const ahead&) = delete;
    ahead& operator=(const ahead&) = delete;
    ~ahead();

    /// Whether the rows are there; then they are kept and the session is given back.
    [[nodiscard]] bool arrived();
    /// Waits for the rows and keeps them, so that the session is given back.
    void settle(const patience& limits);
    /// The rows. A session that turns out to be lost is replaced, as in run().
    [[nodiscard]] rows collect(const patience& limits);

private:
    pool& from_;
    std::unique_ptr<loan> on_; ///< null once the rows are kept, or asked for again
    statement what_;
    rows kept_;
    bool done_ = false;
};

} // namespace pgsql::postgres
