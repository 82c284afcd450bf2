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

class breaker {
public:
    enum class state : char {
        well,     ///< whoever needs a session opens one
        troubled, ///< attempts to connect fail: one is made at a time, and the others wait for it
        away      ///< that went on for longer than an operation may take, or PostgreSQL refuses
                  ///< sessions until something is changed: nobody waits any more
    };
    /// What it tells others.
    struct listener {
        std::function<void(const std::string&)> say = [](const auto&) {}; ///< a line of the log
        /// There is work for somebody who calls probe(). Without such a one the database is never
        /// taken to be away.
        std::function<void()> alarm;
    };

    breaker(double seconds, listener tell) : seconds_(seconds), tell_(std::move(tell)) {}

    [[nodiscard]] state now() const noexcept { return state_.load(std::memory_order_relaxed); }
    /// How long the database has been away, in seconds; 0 when it is not.
    [[nodiscard]] double away_for() const;

    /// Throws at once while the database is away.
    void pass() const
    {
        if (now() == state::away)
            refuse();
    }
    /// Runs `connect` unless it is not the caller's turn; whether it has run.
    template <typename Connect> bool attempt(Connect connect)
    {
        if (!begin())
            return false;
        const auto began = clock::now();
        try {
            connect();
        } catch (const error& e) {
            end(false);
            if (e.why() != error::cause::abandoned)
                failed(began, e);
            throw;
        } catch (...) {
            end(false);
            throw;
        }
        end(true);
        return true;
    }
    /// Waits a moment for the attempt of somebody else. Throws when it is too late for the caller.
    void wait(const patience& limits) const;

    /// PostgreSQL has answered.
    void answered() noexcept
    {
        if (now() != state::well)
            recover();
    }
    /// A session could not be had, or had and not used, since `began`.
    void failed(clock::time_point began, const error& why);
    /// PostgreSQL refuses every session, and there is none: away at once, and seldom probed.
    void refused(const error& why);
    /// The failure to connect, in the words of those before it if the attempt was cut off, which is
    /// not the reason.
    [[nodiscard]] error reason_of(const error& failure) const;
    /// An operation has waited in vain for as long as it may.
    void ran_out();
    /// PostgreSQL did not answer in time on a session that exists; whether it is away or only slow
    /// has to be found out.
    void suspect();

    /// Whether probe() is to be called.
    [[nodiscard]] bool in_doubt() const noexcept
    {
        return now() == state::away || suspected_.load(std::memory_order_relaxed);
    }
    /// Runs `connect` to find out whether the database is there; seconds until the next probe.
    template <typename Connect> double probe(Connect connect)
    {
        try {
            connect();
            answered();
            suspected_ = false;
            return 0;
        } catch (const error& e) {
            if (e.why() != error::cause::abandoned)
                missed(e);
        }
        return next_probe();
    }

private:
    [[noreturn]] void refuse() const;
    [[nodiscard]] bool begin();
    /// With the lock held; whether the last failure is too long ago to say anything of today.
    [[nodiscard]] bool forgotten() const;
    void end(bool well) noexcept;
    void recover() noexcept;
    void missed(const error& why);
    /// With the lock held: keeps the failure, if it says more than what is known. `whole`: the
    /// attempt had all its time.
    void note(const error& why, bool whole);
    void forget_reason();                    ///< with the lock held
    [[nodiscard]] std::string words() const; ///< with the lock held
    [[nodiscard]] double next_probe();
    /// With the lock held; whether it was not known before.
    [[nodiscard]] bool go_away();
    void announce(const error& why) const;

    const double seconds_;
    const listener tell_;
    std::atomic<state> state_{state::well};
    std::atomic<bool> suspected_{false};
    mutable std::mutex guard_; ///< of what follows
    mutable std::condition_variable changed_;
    error why_{error::cause::lost, ""}; ///< the last failure that said something
    bool silent_since_ = false;         ///< an attempt after it got no answer
    int under_way_ = 0;                 ///< attempts
    clock::time_point since_;           ///< when the trouble began
    clock::time_point last_failed_;     ///< when an attempt failed last
    double pause_ = 0;                  ///< seconds between probes
};

} // namespace pgsql::postgres
