// breaker.cpp: knows whether the database can be reached, so that hiccups are waited out and nobody
// waits for a database that is away.
#include "breaker.hpp"

#include <cmath>

namespace pgsql::postgres {
namespace {

using std::chrono::milliseconds;

// A long wait looks this often whether the client has abandoned the operation.
constexpr auto glance = milliseconds(25);
// Between two attempts: a server that starts up has better things to do than to refuse sessions.
constexpr auto breath = milliseconds(50);
// When nobody has tried for so long, what fails next is another trouble.
constexpr auto lapse = std::chrono::seconds(1);
constexpr double shortest_pause = 0.2;
constexpr double longest_pause = 0.5;

double seconds_since(clock::time_point when)
{
    return std::chrono::duration<double>(clock::now() - when).count();
}

} // namespace

double breaker::away_for() const
{
    const std::lock_guard lock(guard_);
    return now() == state::away ? seconds_since(since_) : 0;
}

void breaker::refuse() const
{
    const std::lock_guard lock(guard_);
    throw error(error::cause::lost, "the database is away: " + why_);
}

bool breaker::begin()
{
    const std::lock_guard lock(guard_);
    if (now() != state::well && (under_way_ > 0 || clock::now() < last_failed_ + breath))
        return false;
    if (now() == state::troubled && forgotten())
        since_ = clock::now();
    ++under_way_;
    return true;
}

bool breaker::forgotten() const { return under_way_ == 0 && clock::now() > last_failed_ + lapse; }

void breaker::end(bool well) noexcept
{
    {
        const std::lock_guard lock(guard_);
        --under_way_;
    }
    changed_.notify_all();
    if (well)
        answered();
}

void breaker::wait(const patience& limits) const
{
    const wait_scope here(limits);
    limits.long_wait();
    if (limits.given_up())
        throw error(error::cause::abandoned, "the operation was abandoned");
    std::unique_lock lock(guard_);
    if (clock::now() >= limits.until)
        throw error(error::cause::lost, why_);
    if (now() == state::troubled)
        changed_.wait_until(lock, std::min(limits.until, clock::now() + glance));
}

void breaker::recover() noexcept
{
    bool was_away = false;
    double seconds = 0;
    {
        const std::lock_guard lock(guard_);
        was_away = now() == state::away;
        seconds = seconds_since(since_);
        state_ = state::well;
    }
    changed_.notify_all();
    if (was_away)
        try {
            tell_.say("the database is back after " + std::to_string(std::lround(seconds)) + " s");
            tell_.alarm();
        } catch (const std::exception&) {
            // No memory for the words; what they say is true all the same.
        }
}

bool breaker::go_away()
{
    if (now() == state::away || !tell_.alarm)
        return false;
    state_ = state::away;
    pause_ = shortest_pause;
    return true;
}

void breaker::announce(const std::string& why) const
{
    changed_.notify_all();
    tell_.say("the database is away, and operations get result 52 at once until it answers: " +
              why);
    tell_.alarm();
}

void breaker::failed(clock::time_point began, const std::string& why)
{
    bool news = false;
    {
        const std::lock_guard lock(guard_);
        if (now() == state::well || (now() == state::troubled && began > last_failed_ + lapse))
            since_ = began;
        if (now() == state::well)
            state_ = state::troubled;
        why_ = why;
        last_failed_ = clock::now();
        if (now() == state::troubled && seconds_since(since_) >= seconds_)
            news = go_away();
    }
    changed_.notify_all();
    if (news)
        announce(why);
}

void breaker::ran_out()
{
    bool news = false;
    std::string why;
    {
        const std::lock_guard lock(guard_);
        // Its first attempt failed a little after it began.
        if (now() == state::troubled && !forgotten() && seconds_since(since_) >= 0.9 * seconds_)
            news = go_away();
        why = why_;
    }
    if (news)
        announce(why);
}

void breaker::suspect()
{
    if (!tell_.alarm || now() == state::away)
        return;
    suspected_ = true;
    tell_.alarm();
}

void breaker::missed(const std::string& why)
{
    bool news = false;
    {
        const std::lock_guard lock(guard_);
        if (now() == state::well)
            since_ = clock::now();
        why_ = why;
        last_failed_ = clock::now();
        news = go_away(); // who suspected it has waited for long enough
        suspected_ = false;
    }
    if (news)
        announce(why);
}

double breaker::next_probe()
{
    const std::lock_guard lock(guard_);
    const double out = pause_;
    pause_ = std::min(1.5 * pause_, longest_pause);
    return out;
}

} // namespace pgsql::postgres
