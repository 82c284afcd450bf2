// result_cache.hpp: turns answers into what the next who asks the same is given, in bounded memory
// and for as long as they are true.
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

/// Whether what was read from the database still stands: not after a change, and not at all while
/// nobody would hear of one.
class validity {
public:
    using clock = std::chrono::steady_clock;
    /// Taken before a statement is sent, it goes with the answer: a change that is heard of
    /// meanwhile makes it another one.
    using epoch = std::uint64_t;
    static constexpr epoch invalid_epoch = 0;

    /// `none` while changes would not be heard of.
    [[nodiscard]] epoch current(clock::time_point time = clock::now()) const noexcept
    {
        return time.time_since_epoch().count() < valid_until_.load() ? epoch_.load()
                                                                     : invalid_epoch;
    }

    /// Changes will be heard of from now on. What was read before may have missed some.
    void start(clock::time_point expiry) noexcept
    {
        ++epoch_; // first: whoever sees the new time must not see the old mark
        extend(expiry);
    }
    /// They will be heard of for longer: all those until now have been.
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

/// An answer, whatever it is made of. Whoever has it shares it with others and changes nothing.
struct cached_result {
    std::shared_ptr<const void> value;
    std::size_t bytes = 0; ///< all that it occupies
    bool empty = false;    ///< it says that there is nothing
};

/// How much of what has been done, for whoever watches.
struct cache_stats {
    std::uint64_t hits = 0;
    std::uint64_t misses = 0;
    std::uint64_t shared = 0;    ///< of the misses, those that were answered by another's statement
    std::uint64_t changes = 0;   ///< heard of; each ended the use of everything kept
    std::uint64_t evictions = 0; ///< for want of memory
    std::uint64_t stale = 0;     ///< answers given although they may not be true any more
    std::uint64_t entries = 0;
    std::uint64_t bytes = 0;
};

class result_cache {
public:
    using clock = validity::clock;

    struct limits {
        std::size_t bytes = 0; ///< of everything: answers, what they are asked by, what holds them
        double ttl = 0;        ///< seconds for which an answer is used at most
        double stale = 0;      ///< seconds for which it is good for want of a database; 0: not
    };

    static constexpr std::int64_t any_server = -1;

    explicit result_cache(const limits& most) : limits_(most) {}
    result_cache(const result_cache&) = delete;
    result_cache& operator=(const result_cache&) = delete;

    /// Several who want the same at the same time.
    class in_flight {
    public:
        enum class state : char {
            under_way,
            done,
            failed,     ///< somebody else should try
            uncacheable ///< everybody has to ask for himself
        };
        /// Where it is, at the latest at `until`; `out` is the answer once it has landed.
        [[nodiscard]] state wait(clock::time_point expiry, cached_result& out);

    private:
        friend class result_cache;
        void settle(state as, const cached_result& with = {});

        std::mutex mutex_;
        std::condition_variable settled_;
        state state_ = state::under_way;
        cached_result result_;
        validity::epoch epoch_ = validity::invalid_epoch;
    };

    /// The right and the duty to ask the database, for all who want the same meanwhile. Going away
    /// without an answer gives the duty to one of them.
    class leader {
    public:
        leader(result_cache& cache, std::string key, std::shared_ptr<in_flight> on,
               validity::epoch mark)
            : cache_(cache), key_(std::move(key)), flight_(std::move(on)), epoch_(mark),
              started_(clock::now())
        {}
        leader(const leader&) = delete;
        leader& operator=(const leader&) = delete;
        ~leader();

        /// The others do not wait any longer.
        void release_followers();
        /// What has been read is not known to be told of: it serves those who wait, and is kept for
        /// want of a database only.
        void mark_uncacheable() noexcept { epoch_ = validity::invalid_epoch; }
        void complete(cached_result what);

    private:
        void settle(in_flight::state as, const cached_result& with = {});

        result_cache& cache_;
        const std::string key_;
        std::shared_ptr<in_flight> flight_; ///< null: nobody waits
        validity::epoch epoch_;
        const clock::time_point started_;
    };

    /// The answer; or another's flight to wait for; or the lead.
    struct reply {
        std::optional<cached_result> hit;
        std::shared_ptr<in_flight> flight;
        std::unique_ptr<leader> lead;
    };
    [[nodiscard]] reply find(std::string_view key);

    /// The last answer that is known, true or not, unless it says that there is nothing; and its
    /// age in seconds.
    [[nodiscard]] std::optional<std::pair<cached_result, double>>
    stale_result(std::string_view key);
    void erase(std::string_view key);
    /// Lets go of everything that is too old for any use.
    void erase_expired();

    /// Something in the database has changed: nothing that was read before is used any more.
    void invalidate();
    /// Changes are heard of, for now until then.
    /// From `source`, whichever number that is, or from everywhere.
    void start_notifications(clock::time_point expiry, std::int64_t source = any_server)
    {
        server_id_ = source; // first: the mark vouches for it
        validity_.start(expiry);
    }
    void renew(clock::time_point expiry) noexcept { validity_.extend(expiry); }
    /// Changes are not heard of any more.
    void stop_notifications();
    /// Whether changes there would be heard of.
    [[nodiscard]] bool covers(std::int64_t source) const noexcept
    {
        return server_id_ == any_server || server_id_ == source;
    }
    [[nodiscard]] bool valid() const noexcept
    {
        return validity_.current() != validity::invalid_epoch;
    }

    /// Whether there is a point in asking.
    [[nodiscard]] bool enabled() const noexcept { return limits_.stale > 0 || valid(); }

    [[nodiscard]] const limits& config() const noexcept { return limits_; }
    /// What an answer may occupy to be kept: one must not drive out all the others.
    [[nodiscard]] std::size_t max_entry_bytes() const noexcept { return limits_.bytes / 8; }
    [[nodiscard]] cache_stats figures() const;
    /// Seconds since the oldest kept answer was read. Looks at every one of them.
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
        std::list<item> items; ///< the last used first
        std::unordered_map<std::string_view, std::list<item>::iterator> by_key;
        std::unordered_map<std::string, std::shared_ptr<in_flight>> flights;
        std::uint64_t hits = 0;
        std::uint64_t misses = 0;
        std::uint64_t shared = 0;
        std::uint64_t stale = 0;
    };

    [[nodiscard]] shard& shard_of(std::string_view key);
    void store(const std::string& key, cached_result what, validity::epoch mark,
               clock::time_point read);
    /// Takes an item out; what it held is let go of by whoever gets it, outside the lock.
    [[nodiscard]] std::list<item> take_from(shard& from, std::list<item>::iterator which);
    [[nodiscard]] bool make_room();
    void clear();

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
