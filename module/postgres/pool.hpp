// pool.hpp: lends sessions with PostgreSQL to operations: bounded, kept ready, waited for until a
// deadline.
#pragma once

#include "connection.hpp"
#include "traffic.hpp"

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <type_traits>
#include <vector>

namespace pgsql::postgres {

class pool {
public:
    /// At most `size` sessions to `where`; none is opened before the first statement.
    pool(target where, int size, std::shared_ptr<traffic> counted)
        : where_(std::move(where)), size_(size), counted_(std::move(counted))
    {}

    [[nodiscard]] int size() const noexcept { return size_; }
    /// How many sessions somebody uses, or waits for.
    [[nodiscard]] int lent();

    [[nodiscard]] const target& where() const noexcept { return where_; }

    /// Runs `work` with a session. A session that turns out to be lost is replaced by a fresh one
    /// and the work done once more, inside the same deadline; so `work` must be repeatable. An
    /// abandoned statement is stopped at the server.
    template <typename Work>
    std::invoke_result_t<Work&, connection&> with_connection(const patience& limits, Work work)
    {
        // A session's own statement_timeout ends what our timeout has given up; what a client gave
        // up, or limited to less, has to be stopped.
        const bool stop = limits.until < in_seconds(where_.timeout * 0.9);
        try {
            const loan first(*this, false, limits);
            return use(first, work, stop);
        } catch (const error& e) {
            if (e.why() != error::cause::lost || clock::now() >= limits.until || limits.given_up())
                throw;
        }
        counted_->of.add(traffic::repeated);
        forget_idle(); // whatever ended one session has most likely ended the others
        const loan fresh(*this, true, limits);
        return use(fresh, work, stop);
    }

    [[nodiscard]] rows run(const statement& what, const patience& limits)
    {
        return with_connection(limits, [&](connection& c) { return c.run(what, limits); });
    }

    class ahead;
    /// Sends a statement whose rows are wanted later; null when sessions are scarce: whoever holds
    /// one meanwhile may need another, and half of them are kept for that.
    [[nodiscard]] std::unique_ptr<ahead> begin(const statement& what, const patience& limits);

private:
    /// A place in the pool, with the session that sits on it; both go back on the way out of a
    /// scope.
    class loan {
    public:
        loan(pool& from, bool fresh, const patience& limits);
        loan(pool& from, std::unique_ptr<connection> idle) : session(std::move(idle)), from_(from)
        {}
        loan(const loan&) = delete;
        loan& operator=(const loan&) = delete;
        ~loan() { from_.take_back(std::move(session)); }

        std::unique_ptr<connection> session;

    private:
        pool& from_;
    };

    template <typename Work>
    std::invoke_result_t<Work&, connection&> use(const loan& from, Work& work, bool stop)
    {
        try {
            return work(*from.session);
        } catch (const error& e) {
            if (e.why() == error::cause::abandoned || (stop && e.why() == error::cause::deadline))
                cancel(from.session->backend_pid());
            throw;
        }
    }

    /// A session that nobody uses.
    struct resting {
        std::unique_ptr<connection> session;
        clock::time_point since;
    };
    /// Waits for a place, and takes a session that is open already, if there is one and it is
    /// wanted.
    [[nodiscard]] resting take_place(bool with_session, const patience& limits);
    [[nodiscard]] resting take_idle();
    [[nodiscard]] resting pop_idle(); ///< with the lock held
    void take_back(std::unique_ptr<connection> session) noexcept;
    void forget_idle();
    void cancel(int backend_pid) noexcept;

    const target where_;
    const int size_;
    const std::shared_ptr<traffic> counted_;
    std::mutex guard_;
    std::condition_variable returned_;
    std::vector<resting> idle_; ///< last in, first out: the warmest session serves next
    int lent_ = 0;
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
