// pool.cpp: lends sessions with PostgreSQL to operations: bounded, kept ready, waited for until a
// deadline.
#include "postgres/pool.hpp"

namespace pgsql::postgres {
namespace {

constexpr auto glance = std::chrono::milliseconds(25);
// A session that has answered so lately is not asked whether it is still there: should it be gone,
// the statement is repeated on a fresh one.
constexpr auto fresh_enough = std::chrono::seconds(1);
// Stopping an abandoned statement is a courtesy: the server's statement_timeout ends it anyway.
constexpr double cancel_seconds = 0.5;
// Fresh sessions that may break without a word under one statement.
constexpr int most_wordless = 2;
// Idle sessions are looked at so often, in seconds.
constexpr double longest_rest = 10;

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

pool::loan pool::borrow(tries& so_far, const patience& limits)
{
    for (;;) {
        if (breaker_.now() == breaker::state::away)
            counted_->of.add(traffic::refused);
        breaker_.pass();
        wait_for_place(limits);
        loan out(*this);
        so_far.sent = false;
        so_far.was_fresh = false;
        out.session = take_idle();
        if (out.session == nullptr) {
            so_far.was_fresh = true;
            so_far.began = clock::now();
            breaker_.attempt([&] { out.session = open(limits); });
        }
        if (out.session != nullptr) {
            const std::lock_guard lock(guard_);
            ++in_use_;
            return out;
        }
        {
            const loan back = std::move(out); // places are for those who can use them
        }
        breaker_.wait(limits);
    }
}

bool pool::again(const error& e, const patience& limits, tries& so_far)
{
    if (so_far.sent && e.session_failed())
        counted_->of.add(traffic::lost);
    if (e.why() == error::cause::deadline && so_far.sent && !so_far.shortened &&
        e.sqlstate().empty())
        breaker_.suspect(); // slow or away? The server itself would have ended a slow statement
    const bool late = clock::now() >= limits.until;
    if (late)
        breaker_.ran_out();
    const bool refused = e.why() == error::cause::refused;
    if (refused && !has_sessions()) {
        breaker_.refused(e);
        return false;
    }
    if ((e.why() != error::cause::lost && !refused) || late || limits.given_up() ||
        breaker_.now() == breaker::state::away)
        return false;
    if (so_far.sent && so_far.was_fresh && e.session_failed()) {
        // It may be the statement that breaks the session, and takes the whole server along.
        if (e.sqlstate().empty() && ++so_far.wordless == most_wordless)
            return false;
        breaker_.failed(so_far.began, e); // so that the next attempt takes its time
    }
    if (so_far.sent && !e.session_failed() && ++so_far.answered == 2)
        return false;
    if (so_far.sent) {
        counted_->of.add(traffic::repeated);
        if (e.session_failed() && !so_far.was_fresh)
            forget_idle(); // whatever ended one session has most likely ended the others
    }
    return true;
}

std::unique_ptr<connection> pool::open(const patience& limits)
{
    auto session = connection::open(where_, limits, *counted_);
    opened_(session->travels());
    return session;
}

void pool::wait_for_place(const patience& limits)
{
    const wait_scope here(limits); // ends without the lock
    std::unique_lock lock(guard_);
    if (lent_ < limits_.size && queue_.empty()) {
        ++lent_;
        return;
    }
    const waiting counted(*counted_);
    waiter mine;
    queue_.push_back(&mine);
    try {
        while (!mine.served) {
            if (clock::now() >= limits.until)
                throw error(error::cause::busy,
                            "all " + std::to_string(limits_.size) +
                                " connections stayed in use until the deadline");
            if (limits.given_up())
                throw error(error::cause::abandoned, "the operation was abandoned");
            lock.unlock();
            limits.long_wait();
            lock.lock();
            if (!mine.served)
                mine.turn.wait_until(lock, std::min(limits.until, clock::now() + glance));
        }
    } catch (...) {
        if (!lock.owns_lock())
            lock.lock();
        std::erase(queue_, &mine);
        if (mine.served) // a place that has been given is passed on
            leave_place();
        throw;
    }
}

void pool::leave_place() noexcept
{
    if (queue_.empty()) {
        --lent_;
        return;
    }
    waiter& next = *queue_.front();
    queue_.pop_front();
    next.served = true;
    next.turn.notify_one();
}

pool::resting pool::pop_idle()
{
    if (idle_.empty())
        return {};
    resting out = std::move(idle_.back());
    idle_.pop_back();
    return out;
}

std::unique_ptr<connection> pool::take_idle()
{
    for (;;) {
        resting out;
        {
            const std::lock_guard lock(guard_);
            out = pop_idle();
        }
        // Closed by the server meanwhile: the next one, in the end a fresh one.
        if (out.session == nullptr || clock::now() - out.since <= fresh_enough ||
            !out.session->stale())
            return std::move(out.session);
    }
}

std::unique_ptr<pool::ahead> pool::begin(const statement& what, const patience& limits)
{
    if (breaker_.now() != breaker::state::well)
        return nullptr;
    std::unique_ptr<connection> session;
    {
        const std::lock_guard lock(guard_);
        if (idle_.empty() || !queue_.empty() || lent_ + 1 > limits_.size / 2)
            return nullptr;
        ++lent_;
        ++in_use_;
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
                from_.cancel(*on_->session);
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
        from_.cancel(*on_->session);
}

bool pool::keeps(const connection& session) const noexcept
{
    return session.reusable() &&
           clock::now() - session.opened() < std::chrono::duration<double>(limits_.lifetime);
}

void pool::take_back(std::unique_ptr<connection> session) noexcept
{
    const bool keep = session != nullptr && keeps(*session);
    if (session != nullptr && !keep && session->reusable())
        counted_->of.add(traffic::retired);
    std::unique_ptr<connection> ended; // closed outside the lock
    const std::lock_guard lock(guard_);
    if (session != nullptr)
        --in_use_;
    if (keep)
        idle_.push_back({std::move(session), clock::now()});
    else
        ended = std::move(session);
    leave_place();
}

void pool::forget_idle()
{
    std::vector<resting> ended; // closed outside the lock
    const std::lock_guard lock(guard_);
    ended.swap(idle_);
}

bool pool::has_sessions()
{
    const std::lock_guard lock(guard_);
    return in_use_ > 0 || !idle_.empty();
}

int pool::lent()
{
    const std::lock_guard lock(guard_);
    return lent_;
}

int pool::idle()
{
    const std::lock_guard lock(guard_);
    return static_cast<int>(idle_.size());
}

appointment pool::tend(const watch::dismissal& dismissed)
{
    clock::time_point next = close_old();
    if (breaker_.in_doubt()) {
        const patience limits{in_seconds(where_.connect_timeout), dismissed};
        const double pause = breaker_.probe([&] {
            std::unique_ptr<connection> fresh;
            try {
                fresh = open(limits);
            } catch (const error& e) {
                // There may be no room for one more, while those that exist are served.
                fresh = e.session_failed() ? take_idle() : nullptr;
                if (fresh == nullptr)
                    throw;
                (void)fresh->run_once({"SELECT 1", {}}, limits);
            }
            const std::lock_guard lock(guard_);
            if (lent_ + static_cast<int>(idle_.size()) < limits_.size)
                idle_.push_back({std::move(fresh), clock::now()}); // for whoever comes next
        });
        if (pause > 0)
            next = std::min(next, in_seconds(pause));
    }
    return {next};
}

// The oldest lie in front.
clock::time_point pool::close_old()
{
    const auto idle = std::chrono::duration<double>(limits_.idle);
    const auto lifetime = std::chrono::duration<double>(limits_.lifetime);
    std::vector<resting> ended; // closed outside the lock
    const auto now = clock::now();
    const std::lock_guard lock(guard_);
    for (auto& one : idle_)
        if (now - one.since >= idle || now - one.session->opened() >= lifetime)
            ended.push_back(std::move(one));
    std::erase_if(idle_, [](const resting& one) { return one.session == nullptr; });
    counted_->of.add(traffic::retired, ended.size());
    auto next = in_seconds(std::min({limits_.idle, limits_.lifetime, longest_rest}));
    for (const auto& one : idle_)
        next = std::min(
            {next, one.since + std::chrono::duration_cast<clock::duration>(idle),
             one.session->opened() + std::chrono::duration_cast<clock::duration>(lifetime)});
    return next;
}

void pool::cancel(const connection& running) noexcept
{
    const int backend_pid = running.backend_pid();
    if (backend_pid <= 0 || breaker_.now() != breaker::state::well)
        return; // abandoned while it was still connecting, or behind a proxy; or there is no way
    try {
        const patience brief{in_seconds(cancel_seconds), [] { return false; }};
        auto session = take_idle();
        if (session == nullptr)
            session = open(brief);
        if (session->server() == running.server()) { // elsewhere the number is somebody else's
            statement stop;
            stop.text =
                "SELECT pg_cancel_backend(" + stop.bind(std::to_string(backend_pid)) + "::int)";
            (void)session->run(stop, brief);
        }
        if (keeps(*session)) {
            const std::lock_guard lock(guard_);
            idle_.push_back({std::move(session), clock::now()});
        }
    } catch (const std::exception&) {
        // The server's own statement_timeout, set to our deadline, ends the statement a little
        // later.
    }
}

} // namespace pgsql::postgres
