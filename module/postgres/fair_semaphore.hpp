// fair_semaphore.hpp: a semaphore that shares its slots fairly among clients.
#pragma once

#include "postgres/connection.hpp"

#include <atomic>
#include <condition_variable>
#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace pgsql::postgres {

/// Limits the number of callers that work at the same time. The waiting caller whose client has
/// used the least time is next, so that more requests do not get a client more time.
class fair_semaphore {
public:
    struct limits {
        int slots = 1;       ///< slots: callers that work at the same time
        int spare = 0;       ///< additional slots, for clients that hold none
        int max_callers = 8; ///< callers including the waiting ones; beyond this number, callers of
                             ///< clients with several are rejected once the wait is long
    };
    explicit fair_semaphore(const limits& most) : limits_(most) {}
    fair_semaphore(const fair_semaphore&) = delete;
    fair_semaphore& operator=(const fair_semaphore&) = delete;

    class visit;

    struct load {
        int held = 0;    ///< slots in use
        int waiting = 0; ///< waiting callers
    };
    [[nodiscard]] load current_load() const;

private:
    using visits = std::vector<visit*>;

    /// All of these require the lock.
    [[nodiscard]] bool has_slot_for(const visit& one) const noexcept;
    void admit() noexcept;
    void take_back(visit& from, clock::time_point expiry) noexcept;
    void take_from_silent() noexcept;
    void evict_callers() noexcept;
    [[nodiscard]] double time_of(const std::string& client, clock::time_point now) const noexcept;
    void charge(const std::string& client, clock::duration worked);

    const limits limits_;
    mutable std::mutex mutex_; ///< protects the members below
    visits inside_;
    visits queue_; ///< waiting callers in order of arrival
    int held_ = 0; ///< slots in use
    struct usage {
        double seconds = 0; ///< decays exponentially
        clock::time_point time;
    };
    std::map<std::string, usage> used_; ///< by client
};

/// One caller, from its first wait for a slot until it is done.
class fair_semaphore::visit {
public:
    visit(fair_semaphore& where, std::string client);
    visit(const visit&) = delete;
    visit& operator=(const visit&) = delete;
    ~visit();

    /// Waits for a slot unless it holds one. Throws busy if none becomes free in time.
    void enter(const wait_options& options);
    /// Releases the slot.
    void leave() noexcept;
    /// The same if another caller waits.
    void yield() noexcept;
    [[nodiscard]] bool holds() const noexcept { return state_ == state::holds; }

    /// Between these two calls the caller may wait for its client. If that takes long, the slot is
    /// given to another caller.
    void sending_begins() noexcept { sending_ = clock::now().time_since_epoch().count(); }
    void sending_ends() noexcept { sending_ = 0; }

private:
    friend class fair_semaphore;
    enum class state : char { outside, waits, holds, turned_away };

    fair_semaphore& semaphore_;
    const std::string client_;
    std::condition_variable turn_;
    std::atomic<state> state_{state::outside}; ///< changes with the lock held
    std::atomic<clock::rep> sending_{0};       ///< the time of sending_begins(), or 0
    clock::time_point since_;                  ///< the start of the wait or of the work
};

} // namespace pgsql::postgres
