// fair_semaphore.hpp: lets a few callers work at a time; those who wait take turns by client, so
// that no client gets more by asking more often.
#pragma once

#include "postgres/connection.hpp"

#include <atomic>
#include <condition_variable>
#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace pgsql::postgres {

class fair_semaphore {
public:
    struct limits {
        int places = 1; ///< callers that work at a time
        int spare = 0;  ///< places more, for clients that hold none
        int crowd = 8;  ///< callers inside, those who wait included; beyond them clients with
                        ///< several are turned away once the wait is long
    };
    explicit fair_semaphore(const limits& most) : limits_(most) {}
    fair_semaphore(const fair_semaphore&) = delete;
    fair_semaphore& operator=(const fair_semaphore&) = delete;

    class visit;

    struct load {
        int held = 0;    ///< places
        int waiting = 0; ///< callers
    };
    [[nodiscard]] load current_load() const;

private:
    using visits = std::vector<visit*>;

    /// With the lock held, all of these.
    [[nodiscard]] bool place_for(const visit& one) const noexcept;
    void admit() noexcept;
    void take_back(visit& from, clock::time_point expiry) noexcept;
    void take_from_silent() noexcept;
    void turn_away() noexcept;
    [[nodiscard]] double time_of(const std::string& client, clock::time_point now) const noexcept;
    void charge(const std::string& client, clock::duration worked);

    const limits limits_;
    mutable std::mutex mutex_; ///< of what follows
    visits inside_;
    visits queue_; ///< those who wait, in the order of their arrival
    int held_ = 0; ///< places
    struct usage {
        double seconds = 0; ///< what is long ago counts less
        clock::time_point time;
    };
    std::map<std::string, usage> used_; ///< by client
};

/// One caller, from its first wait for a place until it is done.
class fair_semaphore::visit {
public:
    visit(fair_semaphore& where, std::string client);
    visit(const visit&) = delete;
    visit& operator=(const visit&) = delete;
    ~visit();

    /// Waits for a place, unless it holds one. Throws busy when none becomes free in time.
    void enter(const wait_options& options);
    /// Gives the place to whoever waits.
    void leave() noexcept;
    /// The same if somebody waits.
    void yield() noexcept;
    [[nodiscard]] bool holds() const noexcept { return state_ == state::holds; }

    /// What happens between these two may wait for the client. If that takes long, its place is
    /// given to others meanwhile.
    void sending_begins() noexcept { sending_ = clock::now().time_since_epoch().count(); }
    void sending_ends() noexcept { sending_ = 0; }

private:
    friend class fair_semaphore;
    enum class state : char { outside, waits, holds, turned_away };

    fair_semaphore& semaphore_;
    const std::string client_;
    std::condition_variable turn_;
    std::atomic<state> state_{state::outside}; ///< changes with the lock held
    std::atomic<clock::rep> sending_{0};       ///< since when
    clock::time_point since_;                  ///< the wait, or the work
};

} // namespace pgsql::postgres
