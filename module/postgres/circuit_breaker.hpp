// circuit_breaker.hpp: tracks whether the database is reachable: short failures are retried, and
// while the database is down, operations fail at once.
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
        healthy,  ///< whoever needs a session opens one
        degraded, ///< attempts to connect fail: one is made at a time, and the others wait for it
        down      ///< that went on for longer than an operation may take, or PostgreSQL refuses
                  ///< sessions until something is changed: nobody waits any more
    };
    /// What it tells others.
    struct callbacks {
        std::function<void(const std::string&)> log = [](const auto&) {}; ///< a line of the log
        /// There is work for somebody who calls probe(). Without such a one the database is never
        /// taken to be away.
        std::function<void()> request_probe;
    };

    circuit_breaker(double seconds, callbacks events)
        : seconds_(seconds), callbacks_(std::move(events))
    {}

    [[nodiscard]] state current() const noexcept { return state_.load(std::memory_order_relaxed); }
    /// How long the database has been away, in seconds; 0 when it is not.
    [[nodiscard]] double seconds_down() const;

    /// Throws at once while the database is away.
    void check() const
    {
        if (current() == state::down)
            reject();
    }
    /// Runs `connect` unless it is not the caller's turn; whether it has run.
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
    /// Waits a moment for the attempt of somebody else. Throws when it is too late for the caller.
    void wait_for_attempt(const wait_options& options) const;

    /// PostgreSQL has answered.
    void record_success() noexcept
    {
        if (current() != state::healthy)
            recover();
    }
    /// A session could not be had, or had and not used, since `began`.
    void record_failure(clock::time_point started, const error& why);
    /// PostgreSQL refuses every session, and there is none: away at once, and seldom probed.
    void refused(const error& why);
    /// The failure to connect, in the words of those before it if the attempt was cut off, which is
    /// not the reason.
    [[nodiscard]] error reason_of(const error& failure) const;
    /// An operation has waited in vain for as long as it may.
    void record_deadline();
    /// PostgreSQL did not answer in time on a session that exists; whether it is away or only slow
    /// has to be found out.
    void mark_suspect();

    /// Whether probe() is to be called.
    [[nodiscard]] bool needs_probe() const noexcept
    {
        return current() == state::down || suspected_.load(std::memory_order_relaxed);
    }
    /// Runs `connect` to find out whether the database is there; seconds until the next probe.
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
    /// With the lock held; whether the last failure is too long ago to say anything of today.
    [[nodiscard]] bool outdated() const;
    void end_attempt(bool well) noexcept;
    void recover() noexcept;
    void record_failed_probe(const error& why);
    /// With the lock held: keeps the failure, if it says more than what is known. `whole`: the
    /// attempt had all its time.
    void note(const error& why, bool whole);
    void forget_reason();                    ///< with the lock held
    [[nodiscard]] std::string words() const; ///< with the lock held
    [[nodiscard]] double next_probe();
    /// With the lock held; whether it was not known before.
    [[nodiscard]] bool mark_down();
    void log_down(const error& why) const;

    const double seconds_;
    const callbacks callbacks_;
    std::atomic<state> state_{state::healthy};
    std::atomic<bool> suspected_{false};
    mutable std::mutex mutex_; ///< of what follows
    mutable std::condition_variable changed_;
    error last_error_{error::cause::lost, ""}; ///< the last failure that said something
    bool silent_since_ = false;                ///< an attempt after it got no answer
    int active_attempts_ = 0;                  ///< attempts
    clock::time_point degraded_since_;         ///< when the trouble began
    clock::time_point last_failed_;            ///< when an attempt failed last
    double probe_interval_ = 0;                ///< seconds between probes
};

} // namespace pgsql::postgres
