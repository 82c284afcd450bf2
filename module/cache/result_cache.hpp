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
class freshness {
public:
    using clock = std::chrono::steady_clock;
    /// Taken before a statement is sent, it goes with the answer: a change that is heard of
    /// meanwhile makes it another one.
    using mark = std::uint64_t;
    static constexpr mark none = 0;

    /// `none` while changes would not be heard of.
    [[nodiscard]] mark now(clock::time_point at = clock::now()) const noexcept
    {
        return at.time_since_epoch().count() < heard_until_.load() ? mark_.load() : none;
    }

    /// Changes will be heard of from now on. What was read before may have missed some.
    void begin(clock::time_point until) noexcept
    {
        ++mark_; // first: whoever sees the new time must not see the old mark
        extend(until);
    }
    /// They will be heard of for longer: all those until now have been.
    void extend(clock::time_point until) noexcept
    {
        heard_until_ = until.time_since_epoch().count();
    }
    void change() noexcept { ++mark_; }
    void end() noexcept
    {
        heard_until_ = never;
        ++mark_;
    }

private:
    static constexpr auto never = std::chrono::steady_clock::rep{0};
    std::atomic<mark> mark_{1};
    std::atomic<clock::rep> heard_until_{never};
};

/// An answer, whatever it is made of. Whoever has it shares it with others and changes nothing.
struct answer {
    std::shared_ptr<const void> what;
    std::size_t bytes = 0; ///< all that it occupies
    bool empty = false;    ///< it says that there is nothing
};

/// How much of what has been done, for whoever watches.
struct cache_figures {
    std::uint64_t hits = 0;
    std::uint64_t misses = 0;
    std::uint64_t shared = 0;    ///< of the misses, those that were answered by another's statement
    std::uint64_t changes = 0;   ///< heard of; each ended the use of everything kept
    std::uint64_t evictions = 0; ///< for want of memory
    std::uint64_t stale = 0;     ///< answers given although they may not be true any more
    std::uint64_t entries = 0;
    std::uint64_t bytes = 0;
};

class cache {
public:
    using clock = freshness::clock;

    struct limits {
        std::size_t bytes = 0; ///< of everything: answers, what they are asked by, what holds them
        double use = 0;        ///< seconds for which an answer is used at most
        double stale = 0;      ///< seconds for which it is good for want of a database; 0: not
    };

    static constexpr std::int64_t everywhere = -1;

    explicit cache(const limits& most) : most_(most) {}
    cache(const cache&) = delete;
    cache& operator=(const cache&) = delete;

    /// Several who want the same at the same time.
    class flight {
    public:
        enum class state : char {
            under_way,
            landed,
            failed, ///< somebody else should try
            alone   ///< everybody has to ask for himself
        };
        /// Where it is, at the latest at `until`; `out` is the answer once it has landed.
        [[nodiscard]] state wait(clock::time_point until, answer& out);

    private:
        friend class cache;
        void settle(state as, const answer& with = {});

        std::mutex guard_;
        std::condition_variable settled_;
        state state_ = state::under_way;
        answer answer_;
        freshness::mark mark_ = freshness::none;
    };

    /// The right and the duty to ask the database, for all who want the same meanwhile. Going away
    /// without an answer gives the duty to one of them.
    class lead {
    public:
        lead(cache& in, std::string key, std::shared_ptr<flight> on, freshness::mark mark)
            : in_(in), key_(std::move(key)), on_(std::move(on)), mark_(mark), began_(clock::now())
        {}
        lead(const lead&) = delete;
        lead& operator=(const lead&) = delete;
        ~lead();

        /// The others do not wait any longer.
        void leave_alone();
        /// What has been read is not known to be told of: it serves those who wait, and is kept for
        /// want of a database only.
        void doubt() noexcept { mark_ = freshness::none; }
        void land(answer what);

    private:
        void settle(flight::state as, const answer& with = {});

        cache& in_;
        const std::string key_;
        std::shared_ptr<flight> on_; ///< null: nobody waits
        freshness::mark mark_;
        const clock::time_point began_;
    };

    /// The answer; or another's flight to wait for; or the lead.
    struct reply {
        std::optional<answer> known;
        std::shared_ptr<flight> others;
        std::unique_ptr<lead> mine;
    };
    [[nodiscard]] reply ask(std::string_view key);

    /// The last answer that is known, true or not, unless it says that there is nothing; and its
    /// age in seconds.
    [[nodiscard]] std::optional<std::pair<answer, double>> last_known(std::string_view key);
    void forget(std::string_view key);
    /// Lets go of everything that is too old for any use.
    void forget_old();

    /// Something in the database has changed: nothing that was read before is used any more.
    void change();
    /// Changes are heard of, for now until then.
    /// From `source`, whichever number that is, or from everywhere.
    void listens(clock::time_point until, std::int64_t source = everywhere)
    {
        source_ = source; // first: the mark vouches for it
        fresh_.begin(until);
    }
    void still_listens(clock::time_point until) noexcept { fresh_.extend(until); }
    /// Changes are not heard of any more.
    void is_deaf();
    /// Whether changes there would be heard of.
    [[nodiscard]] bool hears(std::int64_t source) const noexcept
    {
        return source_ == everywhere || source_ == source;
    }
    [[nodiscard]] bool usable() const noexcept { return fresh_.now() != freshness::none; }

    /// Whether there is a point in asking.
    [[nodiscard]] bool of_use() const noexcept { return most_.stale > 0 || usable(); }

    [[nodiscard]] const limits& most() const noexcept { return most_; }
    /// What an answer may occupy to be kept: one must not drive out all the others.
    [[nodiscard]] std::size_t most_of_one() const noexcept { return most_.bytes / 8; }
    [[nodiscard]] cache_figures figures() const;
    /// Seconds since the oldest kept answer was read. Looks at every one of them.
    [[nodiscard]] double age() const;

private:
    struct item {
        std::string key;
        answer what;
        std::size_t cost = 0;
        freshness::mark mark = freshness::none;
        clock::time_point read; ///< when its statement was sent
        clock::time_point used;
    };
    struct shard {
        mutable std::mutex guard;
        std::list<item> items; ///< the last used first
        std::unordered_map<std::string_view, std::list<item>::iterator> by_key;
        std::unordered_map<std::string, std::shared_ptr<flight>> flights;
        std::uint64_t hits = 0;
        std::uint64_t misses = 0;
        std::uint64_t shared = 0;
        std::uint64_t stale = 0;
    };

    [[nodiscard]] shard& shard_of(std::string_view key);
    void keep(const std::string& key, answer what, freshness::mark mark, clock::time_point read);
    /// Takes an item out; what it held is let go of by whoever gets it, outside the lock.
    [[nodiscard]] std::list<item> take(shard& from, std::list<item>::iterator which);
    [[nodiscard]] bool make_room();
    void clear();

    const limits most_;
    freshness fresh_;
    std::atomic<std::int64_t> source_{everywhere};
    std::array<shard, 64> shards_;
    std::atomic<std::size_t> bytes_{0};
    std::atomic<unsigned> hand_{0};
    std::atomic<std::uint64_t> changes_{0};
    std::atomic<std::uint64_t> evictions_{0};
};

} // namespace pgsql::directory
