// pool.cpp: a bounded pool of sessions with PostgreSQL, with a deadline for every wait.
#include "postgres/pool.hpp"

namespace pgsql::postgres {
namespace {

// A session that replied so recently is not tested before use: if it is lost, the statement is
// repeated on a new one.
constexpr auto fresh_enough = std::chrono::seconds(1);
// Canceling an abandoned statement only saves load: the server's statement_timeout ends it anyway.
constexpr double cancel_seconds = 0.5;
// Most statements end by themselves in this time: that costs less than to cancel them.
constexpr double brief_seconds = 0.02;
// A connection attempt that has begun is completed within this time although the operation was
// abandoned: a new session costs PostgreSQL more than most statements.
constexpr double connect_seconds = 0.25;
// The number of new sessions that one statement may lose without an error message.
constexpr int most_dropped_silently = 2;
// The longest interval between two inspections of the idle sessions, in seconds.
constexpr double longest_rest = 10;

// Counts a wait for a slot, however it ends.
class waiting {
public:
    explicit waiting(pool_stats& stats) : counted_(stats), began_(clock::now()) {}
    waiting(const waiting&) = delete;
    waiting& operator=(const waiting&) = delete;
    ~waiting()
    {
        counted_.events_counted.add(pool_stats::wait);
        counted_.waited.add(std::chrono::duration_cast<histogram::duration>(clock::now() - began_));
    }

private:
    pool_stats& counted_;
    const clock::time_point began_;
};

} // namespace

pool::lease pool::acquire(attempt_state& so_far, const wait_options& options)
{
    for (;;) {
        if (breaker_.current() == circuit_breaker::state::down)
            stats_->events_counted.add(pool_stats::refused);
        breaker_.check();
        wait_for_slot(options);
        lease out(*this);
        so_far.work_started = false;
        so_far.new_session = false;
        out.session = take_idle();
        if (out.session == nullptr) {
            so_far.new_session = true;
            so_far.began = clock::now();
            breaker_.attempt_connect([&] { out.session = open(options); });
        }
        if (out.session != nullptr) {
            {
                const std::lock_guard lock(mutex_);
                ++in_use_;
            }
            if (options.cancelled())
                throw error(error::cause::abandoned, "the operation was abandoned");
            return out;
        }
        {
            const lease back = std::move(out); // do not occupy a slot without a session
        }
        breaker_.wait_for_attempt(options);
    }
}

bool pool::should_retry(const error& e, const wait_options& options, attempt_state& so_far)
{
    if (so_far.work_started && e.session_failed())
        stats_->events_counted.add(pool_stats::lost);
    if (e.reason() == error::cause::deadline && so_far.work_started && !so_far.shortened &&
        e.sqlstate().empty())
        // Slow or down? The server itself would have ended a slow statement.
        breaker_.mark_suspect();
    const bool late = clock::now() >= options.expiry;
    if (late)
        breaker_.record_deadline();
    const bool refused = e.reason() == error::cause::rejected;
    if (refused && !has_sessions()) {
        breaker_.refused(e);
        return false;
    }
    if ((e.reason() != error::cause::lost && !refused) || late || options.cancelled() ||
        breaker_.current() == circuit_breaker::state::down)
        return false;
    if (so_far.work_started && so_far.new_session && e.session_failed()) {
        // The statement itself may break the session, and crash the whole server.
        if (e.sqlstate().empty() && ++so_far.dropped_without_error == most_dropped_silently)
            return false;
        breaker_.record_failure(so_far.began, e); // delays the next attempt
    }
    if (so_far.work_started && !e.session_failed() && ++so_far.statement_errors == 2)
        return false;
    if (so_far.work_started) {
        stats_->events_counted.add(pool_stats::repeated);
        if (e.session_failed() && !so_far.new_session)
            close_idle(); // the other idle sessions are most likely lost, too
    }
    return true;
}

std::unique_ptr<connection> pool::open(const wait_options& options)
{
    wait_options begun = options;
    begun.cancelled = [&options, until = in_seconds(connect_seconds)] {
        return clock::now() >= until && options.cancelled();
    };
    auto session = connection::open(endpoint_, begun, *stats_);
    opened_(session->travels());
    return session;
}

void pool::wait_for_slot(const wait_options& options)
{
    const wait_scope here(options); // ends without the lock
    std::unique_lock lock(mutex_);
    if (leased_ < limits_.size && queue_.empty()) {
        ++leased_;
        return;
    }
    const waiting counted(*stats_);
    waiter mine;
    queue_.push_back(&mine);
    try {
        while (!mine.served) {
            if (clock::now() >= options.expiry)
                throw error(error::cause::busy, "no free connection before the deadline: all " +
                                                    std::to_string(limits_.size) + " are in use");
            if (options.cancelled())
                throw error(error::cause::abandoned, "the operation was abandoned");
            lock.unlock();
            options.on_long_wait();
            lock.lock();
            if (!mine.served)
                mine.turn.wait_until(lock, std::min(options.expiry, clock::now() + poll_interval));
        }
    } catch (...) {
        if (!lock.owns_lock())
            lock.lock();
        std::erase(queue_, &mine);
        if (mine.served) // pass the assigned slot on
            free_slot();
        throw;
    }
}

void pool::free_slot() noexcept
{
    if (queue_.empty()) {
        --leased_;
        return;
    }
    waiter& next = *queue_.front();
    queue_.pop_front();
    next.served = true;
    next.turn.notify_one();
}

pool::idle_connection pool::pop_idle()
{
    if (idle_.empty())
        return {};
    idle_connection out = std::move(idle_.back());
    idle_.pop_back();
    return out;
}

std::unique_ptr<connection> pool::take_idle()
{
    for (;;) {
        idle_connection out;
        {
            const std::lock_guard lock(mutex_);
            out = pop_idle();
        }
        // If the server has closed it, the loop takes the next one, and finally none.
        if (out.session == nullptr || clock::now() - out.since <= fresh_enough ||
            !out.session->closed_by_server())
            return std::move(out.session);
    }
}

std::unique_ptr<pool::prefetch> pool::start(const statement& statement, const wait_options& options)
{
    if (breaker_.current() != circuit_breaker::state::healthy)
        return nullptr;
    std::unique_ptr<connection> session;
    {
        const std::lock_guard lock(mutex_);
        if (idle_.empty() || !queue_.empty() || leased_ + 1 > limits_.size / 2)
            return nullptr;
        ++leased_;
        ++in_use_;
        session = pop_idle().session;
    }
    auto slot = std::make_unique<lease>(*this, std::move(session));
    try {
        slot->session->send(statement, options);
    } catch (const error&) {
        return nullptr; // the caller runs the statement later and gets the error then
    }
    return std::make_unique<prefetch>(*this, std::move(slot), statement);
}

bool pool::prefetch::ready()
{
    if (finished_ || lease_ == nullptr)
        return true;
    try {
        if (!lease_->session->ready())
            return false;
        result_ = lease_->session->collect({clock::now()});
        finished_ = true;
    } catch (const error&) {
        // collect() runs the statement again.
    }
    lease_.reset();
    return true;
}

result pool::prefetch::collect(const wait_options& options)
{
    if (lease_ != nullptr) {
        try {
            result_ = lease_->session->collect(options);
            finished_ = true;
        } catch (const error& e) {
            if (e.reason() == error::cause::abandoned)
                pool_.end_statement(*lease_->session);
            if (e.reason() != error::cause::lost && !e.outdated_statement()) {
                lease_.reset();
                throw;
            }
        }
        lease_.reset();
    }
    return finished_ ? std::move(result_) : pool_.run(statement_, options);
}

void pool::prefetch::wait(const wait_options& options)
{
    result_ = collect(options);
    finished_ = true;
}

pool::prefetch::~prefetch()
{
    if (lease_ != nullptr && !ready())
        pool_.end_statement(*lease_->session);
}

bool pool::can_keep(const connection& session) const noexcept
{
    return session.reusable() &&
           clock::now() - session.opened() < std::chrono::duration<double>(limits_.lifetime);
}

void pool::release(std::unique_ptr<connection> session) noexcept
{
    const bool keep = session != nullptr && can_keep(*session);
    if (session != nullptr && !keep && session->reusable())
        stats_->events_counted.add(pool_stats::retired);
    std::unique_ptr<connection> ended; // closed outside the lock
    const std::lock_guard lock(mutex_);
    if (session != nullptr)
        --in_use_;
    if (keep)
        idle_.push_back({std::move(session), clock::now()});
    else
        ended = std::move(session);
    free_slot();
}

void pool::close_idle()
{
    std::vector<idle_connection> ended; // closed outside the lock
    const std::lock_guard lock(mutex_);
    ended.swap(idle_);
}

bool pool::has_sessions()
{
    const std::lock_guard lock(mutex_);
    return in_use_ > 0 || !idle_.empty();
}

int pool::leased()
{
    const std::lock_guard lock(mutex_);
    return leased_;
}

int pool::idle()
{
    const std::lock_guard lock(mutex_);
    return static_cast<int>(idle_.size());
}

next_run pool::maintain(const maintenance_thread::stop_requested& dismissed)
{
    clock::time_point next = close_expired();
    if (breaker_.needs_probe()) {
        const wait_options options{in_seconds(endpoint_.connect_timeout), dismissed};
        const double pause = breaker_.check_connection([&] {
            std::unique_ptr<connection> fresh;
            try {
                fresh = open(options);
            } catch (const error& e) {
                // The server may be at its connection limit while the open sessions work.
                fresh = e.session_failed() ? take_idle() : nullptr;
                if (fresh == nullptr)
                    throw;
                (void)fresh->run_once({"SELECT 1", {}}, options);
            }
            const std::lock_guard lock(mutex_);
            if (leased_ + static_cast<int>(idle_.size()) < limits_.size)
                idle_.push_back({std::move(fresh), clock::now()}); // for the next operation
        });
        if (pause > 0)
            next = std::min(next, in_seconds(pause));
    }
    return {next};
}

// idle_ begins with the sessions that have been idle for longest.
clock::time_point pool::close_expired()
{
    const auto idle = std::chrono::duration<double>(limits_.idle);
    const auto lifetime = std::chrono::duration<double>(limits_.lifetime);
    std::vector<idle_connection> ended; // closed outside the lock
    const auto now = clock::now();
    const std::lock_guard lock(mutex_);
    for (auto& one : idle_)
        if (now - one.since >= idle || now - one.session->opened() >= lifetime)
            ended.push_back(std::move(one));
    std::erase_if(idle_, [](const idle_connection& one) { return one.session == nullptr; });
    stats_->events_counted.add(pool_stats::retired, ended.size());
    auto next = in_seconds(std::min({limits_.idle, limits_.lifetime, longest_rest}));
    for (const auto& one : idle_)
        next = std::min(
            {next, one.since + std::chrono::duration_cast<clock::duration>(idle),
             one.session->opened() + std::chrono::duration_cast<clock::duration>(lifetime)});
    return next;
}

void pool::end_statement(connection& session) noexcept
{
    const auto wait = [&](double seconds) {
        return session.discard_result({in_seconds(seconds), [] { return false; }});
    };
    if (wait(brief_seconds))
        return;
    cancel(session);
    (void)wait(cancel_seconds);
}

void pool::cancel(const connection& running) noexcept
{
    const int backend_pid = running.backend_pid();
    if (backend_pid <= 0 || breaker_.current() != circuit_breaker::state::healthy)
        return; // still connecting, behind a pooler, or the database is unreachable
    try {
        const wait_options brief{in_seconds(cancel_seconds), [] { return false; }};
        auto session = take_idle();
        if (session == nullptr)
            session = open(brief);
        // On another server the PID would be that of an unrelated session.
        if (session->server_id() == running.server_id()) {
            statement stop;
            stop.text =
                "SELECT pg_cancel_backend(" + stop.bind(std::to_string(backend_pid)) + "::int)";
            (void)session->run(stop, brief);
        }
        if (can_keep(*session)) {
            const std::lock_guard lock(mutex_);
            idle_.push_back({std::move(session), clock::now()});
        }
    } catch (const std::exception&) {
        // The server's statement_timeout ends the statement a little later.
    }
}

} // namespace pgsql::postgres
