// pool.cpp: lends sessions with PostgreSQL to operations: bounded, kept ready, waited for until a
// deadline.
#include "pool.hpp"

namespace pgsql::postgres {
namespace {

constexpr auto glance = std::chrono::milliseconds(25);
// Stopping an abandoned statement is a courtesy: the server's statement_timeout ends it anyway.
constexpr double cancel_seconds = 0.5;

} // namespace

pool::loan::loan(pool& from, bool fresh, const patience& limits) : from_(from)
{
    from.wait_for_place(limits);
    try {
        if (!fresh)
            session = from.take_idle();
        if (session == nullptr)
            session = connection::open(from.where_, limits);
    } catch (...) {
        from.take_back(nullptr); // the destructor of an unfinished loan does not run
        throw;
    }
}

void pool::wait_for_place(const patience& limits)
{
    std::unique_lock lock(guard_);
    while (lent_ >= size_) {
        if (clock::now() >= limits.until)
            throw error(error::cause::busy, "all " + std::to_string(size_) +
                                                " connections stayed in use until the deadline");
        if (limits.given_up())
            throw error(error::cause::abandoned, "the operation was abandoned");
        returned_.wait_until(lock, std::min(limits.until, clock::now() + glance));
    }
    ++lent_;
}

std::unique_ptr<connection> pool::take_idle()
{
    std::unique_ptr<connection> session;
    do {
        const std::lock_guard lock(guard_);
        if (idle_.empty())
            return nullptr;
        session = std::move(idle_.back());
        idle_.pop_back();
    } while (
        session->stale()); // closed by the server meanwhile: the next one, in the end a fresh one
    return session;
}

void pool::take_back(std::unique_ptr<connection> session) noexcept
{
    {
        const std::lock_guard lock(guard_);
        --lent_;
        if (session != nullptr && session->reusable())
            idle_.push_back(std::move(session));
    }
    returned_.notify_one();
}

void pool::forget_idle()
{
    std::vector<std::unique_ptr<connection>> ended; // closed outside the lock
    const std::lock_guard lock(guard_);
    ended.swap(idle_);
}

void pool::cancel(int backend_pid) noexcept
{
    if (backend_pid <= 0)
        return; // abandoned while it was still connecting
    try {
        const patience brief{in_seconds(cancel_seconds), [] { return false; }};
        auto session = take_idle();
        if (session == nullptr)
            session = connection::open(where_, brief);
        statement stop;
        stop.text = "SELECT pg_cancel_backend(" + stop.bind(std::to_string(backend_pid)) + "::int)";
        (void)session->run(stop, brief);
        if (session->reusable()) {
            const std::lock_guard lock(guard_);
            idle_.push_back(std::move(session));
        }
    } catch (const std::exception&) {
        // The server's own statement_timeout, set to our deadline, ends the statement a little
        // later.
    }
}

} // namespace pgsql::postgres
