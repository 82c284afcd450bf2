// circuit_breaker.cpp: retries short failures of the database; while it is down, fails at once.
#include "postgres/circuit_breaker.hpp"

#include <algorithm>
#include <optional>

namespace pgsql::postgres {
namespace {

using std::chrono::milliseconds;

// Between two attempts, so that refusing sessions does not slow down a server that starts up.
constexpr auto breath = milliseconds(50);
// After so long without an attempt, the next failure counts as a new outage.
constexpr auto lapse = std::chrono::seconds(1);
constexpr double shortest_pause = 0.2;
constexpr double longest_pause = 0.5;
// An administrator has to change something first, and PostgreSQL logs each refusal.
constexpr double shortest_pause_refused = 1;
constexpr double longest_pause_refused = 5;

double seconds_since(clock::time_point when)
{
    return std::chrono::duration<double>(clock::now() - when).count();
}

} // namespace

double circuit_breaker::seconds_down() const
{
    const std::lock_guard lock(mutex_);
    return current() == state::down ? seconds_since(degraded_since_) : 0;
}

void circuit_breaker::reject() const
{
    const std::lock_guard lock(mutex_);
    throw error(error::cause::lost, "database down: " + words());
}

bool circuit_breaker::begin_attempt()
{
    const std::lock_guard lock(mutex_);
    if (current() != state::healthy &&
        (active_attempts_ > 0 || clock::now() < last_failed_ + breath))
        return false;
    if (current() == state::degraded && outdated())
        degraded_since_ = clock::now();
    ++active_attempts_;
    return true;
}

bool circuit_breaker::outdated() const
{
    return active_attempts_ == 0 && clock::now() > last_failed_ + lapse;
}

void circuit_breaker::end_attempt(bool well) noexcept
{
    {
        const std::lock_guard lock(mutex_);
        --active_attempts_;
    }
    changed_.notify_all();
    if (well)
        record_success();
}

void circuit_breaker::wait_for_attempt(const wait_options& options) const
{
    const wait_scope here(options);
    options.on_long_wait();
    if (options.cancelled())
        throw error(error::cause::abandoned, "the operation was abandoned");
    std::unique_lock lock(mutex_);
    if (clock::now() >= options.expiry)
        throw error(error::cause::lost, words(), {},
                    last_error_.refused() ? error::server_reply::refused
                                          : error::server_reply::error_text);
    if (current() == state::degraded)
        changed_.wait_until(lock, std::min(options.expiry, clock::now() + poll_interval));
}

void circuit_breaker::recover() noexcept
{
    bool was_down = false;
    double seconds = 0;
    {
        const std::lock_guard lock(mutex_);
        was_down = current() == state::down;
        seconds = seconds_since(degraded_since_);
        state_ = state::healthy;
    }
    changed_.notify_all();
    if (was_down)
        try {
            callbacks_.on_up(seconds);
            callbacks_.request_probe();
        } catch (const std::exception&) {
            // No memory for the message; the state is correct anyway.
        }
}

bool circuit_breaker::mark_down()
{
    if (current() == state::down || !callbacks_.request_probe)
        return false;
    state_ = state::down;
    probe_interval_ = shortest_pause;
    return true;
}

void circuit_breaker::report_down(const error& why) const
{
    changed_.notify_all();
    callbacks_.on_down(why);
    callbacks_.request_probe();
}

void circuit_breaker::note(const error& why, bool whole)
{
    const bool known = !std::string_view(last_error_.what()).empty() && !last_error_.no_reply();
    if (known && why.no_reply() && whole) {
        silent_since_ = true;
    } else if (!known || (whole && !why.no_reply())) {
        last_error_ = why;
        silent_since_ = false;
    }
}

void circuit_breaker::forget_reason()
{
    last_error_ = error(error::cause::lost, "");
    silent_since_ = false;
}

std::string circuit_breaker::words() const
{
    return last_error_.what() + std::string(silent_since_ ? "; no answer in time since then" : "");
}

error circuit_breaker::reason_of(const error& failure) const
{
    const std::lock_guard lock(mutex_);
    const bool cut_off = failure.no_reply() || failure.reason() == error::cause::deadline;
    if (!cut_off || current() == state::healthy || last_error_.no_reply())
        return failure;
    return failure.with_text_of(last_error_, silent_since_ ? "; no answer in time since then" : "");
}

void circuit_breaker::record_failure(clock::time_point started, const error& why)
{
    std::optional<error> news;
    {
        const std::lock_guard lock(mutex_);
        if (current() == state::healthy ||
            (current() == state::degraded && started > last_failed_ + lapse)) {
            degraded_since_ = started;
            forget_reason();
        }
        if (current() == state::healthy)
            state_ = state::degraded;
        note(why, why.reason() != error::cause::deadline);
        last_failed_ = clock::now();
        if (current() == state::degraded && seconds_since(degraded_since_) >= seconds_ &&
            mark_down())
            news = last_error_;
    }
    changed_.notify_all();
    if (news)
        report_down(*news);
}

void circuit_breaker::refused(const error& why)
{
    bool news = false;
    {
        const std::lock_guard lock(mutex_);
        if (current() == state::healthy)
            degraded_since_ = clock::now();
        note(why, true);
        last_failed_ = clock::now();
        news = mark_down();
    }
    if (news)
        report_down(why);
}

void circuit_breaker::record_deadline()
{
    std::optional<error> news;
    {
        const std::lock_guard lock(mutex_);
        // The first attempt of the operation failed a little after the operation began.
        if (current() == state::degraded && !outdated() &&
            seconds_since(degraded_since_) >= 0.9 * seconds_ && mark_down())
            news = last_error_;
    }
    if (news)
        report_down(*news);
}

void circuit_breaker::mark_suspect()
{
    if (!callbacks_.request_probe || current() == state::down)
        return;
    suspected_ = true;
    callbacks_.request_probe();
}

void circuit_breaker::record_failed_probe(const error& why)
{
    std::optional<error> news;
    {
        const std::lock_guard lock(mutex_);
        if (current() == state::healthy) {
            degraded_since_ = clock::now();
            forget_reason();
        }
        note(why, true);
        last_failed_ = clock::now();
        if (mark_down()) // at once: the operation that suspected it has waited long enough
            news = last_error_;
        suspected_ = false;
    }
    if (news)
        report_down(*news);
}

double circuit_breaker::next_probe()
{
    const std::lock_guard lock(mutex_);
    const bool refused = last_error_.reason() == error::cause::rejected && !silent_since_;
    const double out =
        refused ? std::clamp(probe_interval_, shortest_pause_refused, longest_pause_refused)
                : std::min(probe_interval_, longest_pause);
    probe_interval_ = 1.5 * out;
    return out;
}

} // namespace pgsql::postgres
