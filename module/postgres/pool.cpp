// pool.cpp: lends sessions with PostgreSQL to operations: bounded, kept ready, waited for until a
// deadline.
#include "pool.hpp"

#include <optional>

namespace pgsql::postgres {
namespace {

constexpr auto glance = std::chrono::milliseconds(25);
// A session that has answered so lately is not asked whether it is still there: should it be gone,
// the statement is repeated on a fresh one.
constexpr auto fresh_enough = std::chrono::seconds(1);
// Stopping an abandoned statement is a courtesy: the server's statement_timeout ends it anyway.
constexpr double cancel_seconds = 0.5;

// Counts a wait for a place, however it ends.
class waiting {
public:
    explicit waiting(traffic& counted) : counted_(counted), began_(clock::now()) {}
    waiting(const waiting&) = delete;
    waiting& operator=(const waiting&) = delete;
    ~waiting()
    {
        counted_.of.add(traffic::wait);
        counted_.waited.add(std::chrono::duration_cast<histogram::duration>(clock::now() - began_));
    }

private:
    traffic& counted_;
    const clock::time_point began_;
};

} // namespace

pool::loan::loan(pool& from, bool fresh, const patience& limits) : from_(from)
{
    resting idle = from.take_place(!fresh, limits);
    try {
        // Closed by the server meanwhile: the next one, in the end a fresh one.
        while (idle.session != nullptr && clock::now() - idle.since > fresh_enough &&
               idle.session->stale())
            idle = from.take_idle();
        session = idle.session != nullptr ? std::move(idle.session)
                                          : connection::open(from.where_, limits, *from.counted_);
    } catch (...) {
        from.take_back(nullptr); // the destructor of an unfinished loan does not run
        throw;
    }
}

pool::resting pool::take_place(bool with_session, const patience& limits)
{
    std::unique_lock lock(guard_);
    std::optional<waiting> since;
    while (lent_ >= size_) {
        if (!since)
            since.emplace(*counted_);
        if (clock::now() >= limits.until)
            throw error(error::cause::busy, "all " + std::to_string(size_) +
                                                " connections stayed in use until the deadline");
        if (limits.given_up())
            throw error(error::cause::abandoned, "the operation was abandoned");
        lock.unlock();
        limits.long_wait();
        lock.lock();
        if (lent_ >= size_)
            returned_.wait_until(lock, std::min(limits.until, clock::now() + glance));
    }
    ++lent_;
    return with_session ? pop_idle() : resting{};
}

int pool::lent()
{
    const std::lock_guard lock(guard_);
    return lent_;
}

pool::resting pool::pop_idle()
{
    if (idle_.empty())
        return {};
    resting out = std::move(idle_.back());
    idle_.pop_back();
    return out;
}

pool::resting pool::take_idle()
{
    const std::lock_guard lock(guard_);
    return pop_idle();
}

std::unique_ptr<pool::ahead> pool::begin(const statement& what, const patience& limits)
{
    std::unique_ptr<connection> session;
    {
        const std::lock_guard lock(guard_);
        if (idle_.empty() || lent_ + 1 > size_ / 2)
            return nullptr;
        ++lent_;
        session = pop_idle().session;
    }
    auto on = std::make_unique<loan>(*this, std::move(session));
    try {
        on->session->send(what, limits);
    } catch (const error&) {
        return nullptr; // whoever wants the rows asks again, and hears of it
    }
    return std::make_unique<ahead>(*this, std::move(on), what);
}

bool pool::ahead::arrived()
{
    if (done_ || on_ == nullptr)
        return true;
    try {
        if (!on_->session->arrived())
            return false;
        kept_ = on_->session->collect({clock::now()});
        done_ = true;
    } catch (const error&) {
        // collect() asks again.
    }
    on_.reset();
    return true;
}

rows pool::ahead::collect(const patience& limits)
{
    if (on_ != nullptr) {
        try {
            kept_ = on_->session->collect(limits);
            done_ = true;
        } catch (const error& e) {
            if (e.why() == error::cause::abandoned)
                from_.cancel(on_->session->backend_pid());
            if (e.why() != error::cause::lost && !e.outdated_statement()) {
                on_.reset();
                throw;
            }
        }
        on_.reset();
    }
    return done_ ? std::move(kept_) : from_.run(what_, limits);
}

void pool::ahead::settle(const patience& limits)
{
    kept_ = collect(limits);
    done_ = true;
}

pool::ahead::~ahead()
{
    if (on_ != nullptr && !arrived())
        from_.cancel(on_->session->backend_pid());
}

void pool::take_back(std::unique_ptr<connection> session) noexcept
{
    {
        const std::lock_guard lock(guard_);
        --lent_;
        if (session != nullptr && session->reusable())
            idle_.push_back({std::move(session), clock::now()});
    }
    returned_.notify_one();
}

void pool::forget_idle()
{
    std::vector<resting> ended; // closed outside the lock
    const std::lock_guard lock(guard_);
    ended.swap(idle_);
}

void pool::cancel(int backend_pid) noexcept
{
    if (backend_pid <= 0)
        return; // abandoned while it was still connecting
    try {
        const patience brief{in_seconds(cancel_seconds), [] { return false; }};
        auto session = take_idle().session;
        while (session != nullptr && session->stale())
            session = take_idle().session;
        if (session == nullptr)
            session = connection::open(where_, brief, *counted_);
        statement stop;
        stop.text = "SELECT pg_cancel_backend(" + stop.bind(std::to_string(backend_pid)) + "::int)";
        (void)session->run(stop, brief);
        if (session->reusable()) {
            const std::lock_guard lock(guard_);
            idle_.push_back({std::move(session), clock::now()});
        }
    } catch (const std::exception&) {
        // The server's own statement_timeout, set to our deadline, ends the statement a little
        // later.
    }
}

} // namespace pgsql::postgres
