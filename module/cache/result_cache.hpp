// result_cache.hpp: a bounded LRU cache with single-flight loading and NOTIFY-based invalidation.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace pgsql::directory {

/// Whether data that was read from the database is still valid: not after a change, and never while
/// no change notifications are received.
class validity {
public:
    using clock = std::chrono::steady_clock;
    /// Read before a statement is sent and stored with its result. A change notification that
    /// arrives in between starts another epoch.
    using epoch = std::uint64_t;
    static constexpr epoch invalid_epoch = 0;

    /// invalid_epoch while no change notifications are received.
    [[nodiscard]] epoch current(clock::time_point time = clock::now()) const noexcept
    {
        return time.time_since_epoch().count() < valid_until_.load() ? epoch_.load()
                                                                     : invalid_epoch;
    }

    /// Change notifications are received from now on; earlier ones may have been missed.
    void start(clock::time_point expiry) noexcept
    {
        ++epoch_; // first: a thread that sees the new expiry must not see the old epoch
        extend(expiry);
    }
    /// Extends the validity: all notifications until now have been received.
    void extend(clock::time_point expiry) noexcept
    {
        valid_until_ = expiry.time_since_epoch().count();
    }
    void change() noexcept { ++epoch_; }
    void stop() noexcept
    {
        valid_until_ = never;
        ++epoch_;
    }

private:
    static constexpr auto never = std::chrono::steady_clock::rep{0};
    std::atomic<epoch> epoch_{1};
    std::atomic<clock::rep> valid_until_{never};
};

/// A result of any type; shared and immutable.
struct cached_result {
    std::shared_ptr<const void> value;
    std::size_t bytes = 0; ///< its memory
    bool empty = false;    ///< the result is that nothing exists
};

/// Counters for monitoring.
struct cache_stats {
    std::uint64_t hits = 0;
    std::uint64_t misses = 0;
    std::uint64_t shared = 0;    ///< misses that got the result of a concurrent statement
    std::uint64_t changes = 0;   ///< change notifications; each invalidated the whole cache
    std::uint64_t evictions = 0; ///< items removed to stay within the memory limit
    std::uint64_t stale = 0;     ///< results served although they may be outdated
    std::uint64_t entries = 0;
    std::uint64_t bytes = 0;
};

class result_cache {
public:
    using clock = validity::clock;

    struct limits {
        std::size_t bytes = 0; ///< of results, keys and data structures together
        double ttl = 0;        ///< the maximum age of a result, in seconds
        double stale = 0;      ///< the maximum age while the database is down; 0: not served
    };

    static constexpr std::int64_t any_server = -1;

    explicit result_cache(const limits& most) : limits_(most) {}
    result_cache(const result_cache&) = delete;
    result_cache& operator=(const result_cache&) = delete;

    /// A result that is being loaded, for concurrent requests with the same key.
    class in_flight {
    public:
        enum class state : char {
            under_way,
            done,
            failed,     ///< another request should load it
            uncacheable ///< each request has to load its own result
        };
        /// Waits until the state changes or `expiry`, and returns it; `out` is the result if done.
        [[nodiscard]] state wait(clock::time_point expiry, cached_result& out);

    private:
        friend class result_cache;
        void settle(state outcome, const cached_result& result = {});

        std::mutex mutex_;
        std::condition_variable settled_;
        state state_ = state::under_way;
        cached_result result_;
        validity::epoch epoch_ = validity::invalid_epoch;
    };

    /// The request that loads the result from the database for all concurrent ones. If it is
    /// destroyed without a result, one of the others becomes the leader.
    class leader {
    public:
        leader(result_cache& cache, std::string key, std::shared_ptr<in_flight> flight,
               validity::epoch epoch)
            : cache_(cache), key_(std::move(key)), flight_(std::move(flight)), epoch_(epoch),
              started_(clock::now())
        {}
        leader(const leader&) = delete;
        leader& operator=(const leader&) = delete;
        ~leader();

        /// Lets the other requests load their own results.
        void release_followers();
        /// Changes of the data that was read may not be notified: the result serves the waiting
        /// requests, and otherwise only as a stale result.
        void mark_uncacheable() noexcept { epoch_ = validity::invalid_epoch; }
        void complete(cached_result result);

    private:
        void settle(in_flight::state outcome, const cached_result& result = {});

        result_cache& cache_;
        const std::string key_;
        std::shared_ptr<in_flight> flight_; ///< null: the result is not shared
        validity::epoch epoch_;
        const clock::time_point started_;
    };

    /// One of three: the cached result, a concurrent flight to wait for, or the leader of a new
    /// one.
    struct reply {
        std::optional<cached_result> hit;
        std::shared_ptr<in_flight> flight;
        std::unique_ptr<leader> lead;
    };
    [[nodiscard]] reply find(std::string_view key);

    /// The last known result, valid or not, and its age in seconds; nothing if that result is
    /// empty.
    [[nodiscard]] std::optional<std::pair<cached_result, double>>
    stale_result(std::string_view key);
    void erase(std::string_view key);
    void clear();
    /// Removes everything that is too old even as a stale result.
    void erase_expired();

    /// Invalidates everything that was read before, after a change in the database.
    void invalidate();
    /// Change notifications of the server with the number `source`, or of any server, are received
    /// from now on, and at first until `expiry`.
    void start_notifications(clock::time_point expiry, std::int64_t source = any_server)
    {
        server_id_ = source; // first: the new epoch implies this server
        validity_.start(expiry);
    }
    void renew(clock::time_point expiry) noexcept { validity_.extend(expiry); }
    /// No change notifications are received from now on.
    void stop_notifications();
    /// Whether change notifications of this server are received.
    [[nodiscard]] bool covers(std::int64_t source) const noexcept
    {
        return server_id_ == any_server || server_id_ == source;
    }
    [[nodiscard]] bool valid() const noexcept
    {
        return validity_.current() != validity::invalid_epoch;
    }

    /// Whether find() or stale_result() can return a result.
    [[nodiscard]] bool enabled() const noexcept { return limits_.stale > 0 || valid(); }

    [[nodiscard]] const limits& config() const noexcept { return limits_; }
    /// The maximum memory of a stored result: one result must not evict all others.
    [[nodiscard]] std::size_t max_entry_bytes() const noexcept { return limits_.bytes / 8; }
    [[nodiscard]] cache_stats figures() const;
    /// Seconds since the oldest stored result was read. Visits every item.
    [[nodiscard]] double age() const;

private:
    struct item {
        std::string key;
        cached_result result;
        std::size_t cost = 0;
        validity::epoch epoch = validity::invalid_epoch;
        clock::time_point read; ///< when its statement was sent
        clock::time_point used;
    };
    struct shard {
        mutable std::mutex mutex;
        std::list<item> items; ///< the most recently used first
        std::unordered_map<std::string_view, std::list<item>::iterator> by_key;
        std::unordered_map<std::string, std::shared_ptr<in_flight>> flights;
        std::uint64_t hits = 0;
        std::uint64_t misses = 0;
        std::uint64_t shared = 0;
        std::uint64_t stale = 0;
    };

    [[nodiscard]] shard& shard_of(std::string_view key);
    void store(const std::string& key, cached_result result, validity::epoch epoch,
               clock::time_point read);
    /// Removes an item; the caller destroys it outside the lock.
    [[nodiscard]] std::list<item> take_from(shard& from, std::list<item>::iterator which);
    [[nodiscard]] bool make_room();

    const limits limits_;
    validity validity_;
    std::atomic<std::int64_t> server_id_{any_server};
    std::array<shard, 64> shards_;
    std::atomic<std::size_t> bytes_{0};
    std::atomic<unsigned> hand_{0};
    std::atomic<std::uint64_t> changes_{0};
    std::atomic<std::uint64_t> evictions_{0};
};

} // namespace pgsql::directory
