// circuit_breaker.cpp: tracks whether the database is reachable: short failures are retried, and
// while the database is down, operations fail at once.
#include "postgres/circuit_breaker.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

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
// Somebody has to change something first, and PostgreSQL logs each refusal.
constexpr double shortest_pause_refused = 1;
constexpr double longest_pause_refused = 5;

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
    throw error(error::cause::lost, "the database is away: " + words());
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
        throw error(error::cause::lost, words(), {},
                    why_.refused() ? error::heard::refusal : error::heard::words);
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

void breaker::announce(const error& why) const
{
    changed_.notify_all();
    const bool refused = why.why() == error::cause::refused;
    tell_.say((refused
                   ? "PostgreSQL refuses sessions, and operations get result 52 at once until it "
                     "accepts one: "
                   : "the database is away, and operations get result 52 at once until it "
                     "answers: ") +
              std::string(why.what()));
    tell_.alarm();
}

void breaker::note(const error& why, bool whole)
{
    const bool known = !std::string_view(why_.what()).empty() && !why_.silent();
    if (known && why.silent() && whole) {
        silent_since_ = true;
    } else if (!known || (whole && !why.silent())) {
        why_ = why;
        silent_since_ = false;
    }
}

void breaker::forget_reason()
{
    why_ = error(error::cause::lost, "");
    silent_since_ = false;
}

std::string breaker::words() const
{
    return why_.what() + std::string(silent_since_ ? "; since then no answer in time" : "");
}

error breaker::reason_of(const error& failure) const
{
    const std::lock_guard lock(guard_);
    const bool cut_off = failure.silent() || failure.why() == error::cause::deadline;
    if (!cut_off || now() == state::well || why_.silent())
        return failure;
    return failure.in_words_of(why_, silent_since_ ? "; since then no answer in time" : "");
}

void breaker::failed(clock::time_point began, const error& why)
{
    std::optional<error> news;
    {
        const std::lock_guard lock(guard_);
        if (now() == state::well || (now() == state::troubled && began > last_failed_ + lapse)) {
            since_ = began;
            forget_reason();
        }
        if (now() == state::well)
            state_ = state::troubled;
        note(why, why.why() != error::cause::deadline);
        last_failed_ = clock::now();
        if (now() == state::troubled && seconds_since(since_) >= seconds_ && go_away())
            news = why_;
    }
    changed_.notify_all();
    if (news)
        announce(*news);
}

void breaker::refused(const error& why)
{
    bool news = false;
    {
        const std::lock_guard lock(guard_);
        if (now() == state::well)
            since_ = clock::now();
        note(why, true);
        last_failed_ = clock::now();
        news = go_away();
    }
    if (news)
        announce(why);
}

void breaker::ran_out()
{
    std::optional<error> news;
    {
        const std::lock_guard lock(guard_);
        // Its first attempt failed a little after it began.
        if (now() == state::troubled && !forgotten() && seconds_since(since_) >= 0.9 * seconds_ &&
            go_away())
            news = why_;
    }
    if (news)
        announce(*news);
}

void breaker::suspect()
{
    if (!tell_.alarm || now() == state::away)
        return;
    suspected_ = true;
    tell_.alarm();
}

void breaker::missed(const error& why)
{
    std::optional<error> news;
    {
        const std::lock_guard lock(guard_);
        if (now() == state::well) {
            since_ = clock::now();
            forget_reason();
        }
        note(why, true);
        last_failed_ = clock::now();
        if (go_away()) // who suspected it has waited for long enough
            news = why_;
        suspected_ = false;
    }
    if (news)
        announce(*news);
}

double breaker::next_probe()
{
    const std::lock_guard lock(guard_);
    const bool refused = why_.why() == error::cause::refused && !silent_since_;
    const double out = refused ? std::clamp(pause_, shortest_pause_refused, longest_pause_refused)
                               : std::min(pause_, longest_pause);
    pause_ = 1.5 * out;
    return out;
}

} // namespace pgsql::postgres
