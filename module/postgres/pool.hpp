// pool.hpp: lends sessions with PostgreSQL to operations: bounded, kept ready, waited for until a
// deadline.
#pragma once

#include "connection.hpp"

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
    pool(target where, int size) : where_(std::move(where)), size_(size) {}

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
        forget_idle(); // whatever ended one session has most likely ended the others
        const loan fresh(*this, true, limits);
        return use(fresh, work, stop);
    }

    [[nodiscard]] rows run(const statement& what, const patience& limits)
    {
        return with_connection(limits, [&](connection& c) { return c.run(what, limits); });
    }

private:
    /// A place in the pool, with the session that sits on it; both go back on the way out of a
    /// scope.
    class loan {
    public:
        loan(pool& from, bool fresh, const patience& limits);
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

    void wait_for_place(const patience& limits);
    [[nodiscard]] std::unique_ptr<connection> take_idle();
    void take_back(std::unique_ptr<connection> session) noexcept;
    void forget_idle();
    void cancel(int backend_pid) noexcept;

    const target where_;
    const int size_;
    std::mutex guard_;
    std::condition_variable returned_;
    std::vector<std::unique_ptr<connection>>
        idle_; ///< last in, first out: the warmest session serves next
    int lent_ = 0;
};

} // namespace pgsql::postgres
