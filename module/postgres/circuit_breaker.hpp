// circuit_breaker.hpp: retries short failures of the database; while it is down, fails at once.
#pragma once

#include "postgres/connection.hpp"

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>

namespace pgsql::postgres {

class circuit_breaker {
public:
    enum class state : char {
        healthy,  ///< each operation opens the session that it needs
        degraded, ///< attempts to connect fail: one runs at a time, and other operations wait for
                  ///< it
        down ///< degraded for longer than an operation may take, or PostgreSQL refuses sessions
             ///< until something is changed: operations fail without waiting
    };
    struct callbacks {
        std::function<void(const error&)> on_down = [](const auto&) {}; ///< with the reason
        std::function<void(double)> on_up = [](double) {}; ///< with the seconds of the outage
        /// Requests a call of check_connection(). Without this callback the state is never `down`.
        std::function<void()> request_probe;
    };

    circuit_breaker(double seconds, callbacks events)
        : seconds_(seconds), callbacks_(std::move(events))
    {}

    [[nodiscard]] state current() const noexcept { return state_.load(std::memory_order_relaxed); }
    /// How long the database has been down, in seconds; 0 if it is not.
    [[nodiscard]] double seconds_down() const;

    /// Throws at once while the database is down.
    void check() const
    {
        if (current() == state::down)
            reject();
    }
    /// Runs `connect` unless another attempt has priority; returns whether it ran.
    template <typename Connect> bool attempt_connect(Connect connect)
    {
        if (!begin_attempt())
            return false;
        const auto started = clock::now();
        try {
            connect();
        } catch (const error& e) {
            end_attempt(false);
            if (e.reason() != error::cause::abandoned)
                record_failure(started, e);
            throw;
        } catch (...) {
            end_attempt(false);
            throw;
        }
        end_attempt(true);
        return true;
    }
    /// Waits a moment for the attempt of another operation. Throws after the caller's deadline.
    void wait_for_attempt(const wait_options& options) const;

    /// Records a reply of PostgreSQL.
    void record_success() noexcept
    {
        if (current() != state::healthy)
            recover();
    }
    /// Records that since `started` no session could be opened, or an open one could not be used.
    void record_failure(clock::time_point started, const error& why);
    /// Records that PostgreSQL refuses every session and none exists: down at once, and probed less
    /// often.
    void refused(const error& why);
    /// The failure to connect. If the deadline ended the attempt, it has the text of an earlier
    /// failure, which tells the reason.
    [[nodiscard]] error reason_of(const error& failure) const;
    /// Records that an operation has reached its deadline without a session.
    void record_deadline();
    /// Records that PostgreSQL did not answer in time on an open session; a probe tells whether it
    /// is down or only slow.
    void mark_suspect();

    /// Whether check_connection() should be called.
    [[nodiscard]] bool needs_probe() const noexcept
    {
        return current() == state::down || suspected_.load(std::memory_order_relaxed);
    }
    /// Runs `connect` to test whether the database is reachable; returns the seconds until the next
    /// probe.
    template <typename Connect> double check_connection(Connect connect)
    {
        try {
            connect();
            record_success();
            suspected_ = false;
            return 0;
        } catch (const error& e) {
            if (e.reason() != error::cause::abandoned)
                record_failed_probe(e);
        }
        return next_probe();
    }

private:
    [[noreturn]] void reject() const;
    [[nodiscard]] bool begin_attempt();
    /// With the lock held: whether the last failure is too long ago to be part of this outage.
    [[nodiscard]] bool outdated() const;
    void end_attempt(bool well) noexcept;
    void recover() noexcept;
    void record_failed_probe(const error& why);
    /// With the lock held: stores the failure if it is more informative than the stored one.
    /// `whole`: the attempt had its full time.
    void note(const error& why, bool whole);
    void forget_reason();                    ///< with the lock held
    [[nodiscard]] std::string words() const; ///< with the lock held
    [[nodiscard]] double next_probe();
    /// With the lock held: changes the state to `down`; returns whether it was another before.
    [[nodiscard]] bool mark_down();
    void report_down(const error& why) const;

    const double seconds_;
    const callbacks callbacks_;
    std::atomic<state> state_{state::healthy};
    std::atomic<bool> suspected_{false};
    mutable std::mutex mutex_; ///< protects the members below
    mutable std::condition_variable changed_;
    error last_error_{error::cause::lost, ""}; ///< the last failure with a reply of a server
    bool silent_since_ = false;                ///< a later attempt got no reply
    int active_attempts_ = 0;                  ///< attempts to connect that are running
    clock::time_point degraded_since_;         ///< the start of the outage
    clock::time_point last_failed_;            ///< the last failure of an attempt
    double probe_interval_ = 0;                ///< seconds between probes
};

} // namespace pgsql::postgres
