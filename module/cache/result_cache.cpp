// result_cache.cpp: a bounded LRU cache with single-flight loading and NOTIFY-based invalidation.
#include "cache/result_cache.hpp"

#include <algorithm>
#include <functional>

namespace pgsql::directory {
namespace {

using seconds = std::chrono::duration<double>;

// The memory of an item besides its key and result: the nodes of the list and of the map, its share
// of the map's buckets, which double, and malloc's overhead with rounding for each of the three
// allocations.
constexpr std::size_t malloc_adds = 24;
constexpr std::size_t of_list = 2 * sizeof(void*) + malloc_adds;
constexpr std::size_t of_map =
    sizeof(void*) + sizeof(std::string_view) + 2 * sizeof(void*) + malloc_adds;
constexpr std::size_t of_buckets = 2 * sizeof(void*);

// The number of least recently used items that are compared to find one to evict.
constexpr int candidates = 8;

} // namespace

result_cache::in_flight::state result_cache::in_flight::wait(clock::time_point expiry,
                                                             cached_result& out)
{
    std::unique_lock lock(mutex_);
    settled_.wait_until(lock, expiry, [this] { return state_ != state::under_way; });
    out = result_;
    return state_;
}

void result_cache::in_flight::settle(state outcome, const cached_result& result)
{
    {
        const std::lock_guard lock(mutex_);
        state_ = outcome;
        result_ = result;
    }
    settled_.notify_all();
}

result_cache::leader::~leader() { settle(in_flight::state::failed); }

void result_cache::leader::settle(in_flight::state outcome, const cached_result& result)
{
    if (flight_ == nullptr)
        return;
    {
        shard& cache = cache_.shard_of(key_);
        const std::lock_guard lock(cache.mutex);
        const auto at = cache.flights.find(key_);
        if (at != cache.flights.end() && at->second == flight_)
            cache.flights.erase(at);
    }
    flight_->settle(outcome, result);
    flight_.reset();
}

void result_cache::leader::release_followers()
{
    cache_.erase(key_); // outdated, whether or not the newer result will be stored
    settle(in_flight::state::uncacheable);
}

void result_cache::leader::complete(cached_result result)
{
    // In this order, a concurrent request finds either the flight or the stored result.
    cache_.store(key_, result, epoch_, started_);
    settle(in_flight::state::done, result);
}

result_cache::shard& result_cache::shard_of(std::string_view key)
{
    return shards_[std::hash<std::string_view>()(key) % shards_.size()];
}

result_cache::reply result_cache::find(std::string_view key)
{
    const auto now = clock::now();
    const validity::epoch epoch = validity_.current(now);
    shard& cache = shard_of(key);
    if (epoch == validity::invalid_epoch) { // results are not shared
        const std::lock_guard lock(cache.mutex);
        ++cache.misses;
        return {.lead = std::make_unique<leader>(*this, std::string(key), nullptr, epoch)};
    }
    std::list<item> outdated; // outlives the lock
    const std::lock_guard lock(cache.mutex);
    if (const auto at = cache.by_key.find(key); at != cache.by_key.end()) {
        const auto found = at->second;
        if (found->epoch == epoch && now - found->read < seconds(limits_.ttl)) {
            ++cache.hits;
            found->used = now;
            cache.items.splice(cache.items.begin(), cache.items, found);
            return {.hit = found->result};
        }
        if (limits_.stale <= 0)
            outdated = take_from(cache, found);
    }
    ++cache.misses;
    auto& flying = cache.flights[std::string(key)];
    // A request after a change must not get a result that was read before it.
    if (flying != nullptr && flying->epoch_ == epoch) {
        ++cache.shared;
        return {.flight = flying};
    }
    flying = std::make_shared<in_flight>();
    flying->epoch_ = epoch;
    return {.lead = std::make_unique<leader>(*this, std::string(key), flying, epoch)};
}

std::list<result_cache::item> result_cache::take_from(shard& from, std::list<item>::iterator which)
{
    std::list<item> out;
    from.by_key.erase(which->key);
    bytes_ -= which->cost;
    out.splice(out.begin(), from.items, which);
    return out;
}

void result_cache::store(const std::string& key, cached_result result, validity::epoch epoch,
                         clock::time_point read)
{
    if (limits_.stale <= 0 && (epoch == validity::invalid_epoch || epoch != validity_.current()))
        return;
    const std::size_t cost =
        result.bytes + key.capacity() + malloc_adds + sizeof(item) + of_list + of_map + of_buckets;
    shard& cache = shard_of(key);
    std::list<item> before; // outlives the lock
    std::list<item> fresh;
    // Evict before storing, so that memory never exceeds the limit.
    bytes_ += cost;
    if (cost > max_entry_bytes() || !make_room()) {
        bytes_ -= cost;
        erase(key); // the stored result is no longer the latest one
        return;
    }
    fresh.push_back({key, std::move(result), cost, epoch, read, clock::now()});
    const std::lock_guard lock(cache.mutex);
    if (const auto at = cache.by_key.find(key); at != cache.by_key.end()) {
        if (at->second->read > read) { // a later request has stored its result already
            bytes_ -= cost;
            return;
        }
        before = take_from(cache, at->second);
    }
    cache.items.splice(cache.items.begin(), fresh);
    cache.by_key.emplace(cache.items.front().key, cache.items.begin());
}

// Evicts the least recently used item of a sample of shards.
bool result_cache::make_room()
{
    while (bytes_ > limits_.bytes) {
        shard* from = nullptr;
        clock::time_point least = clock::time_point::max();
        int seen = 0;
        for (std::size_t i = 0; i < shards_.size() && seen < candidates; ++i) {
            shard& cache = shards_[hand_++ % shards_.size()];
            const std::lock_guard lock(cache.mutex);
            if (cache.items.empty())
                continue;
            ++seen;
            if (cache.items.back().used < least) {
                least = cache.items.back().used;
                from = &cache;
            }
        }
        if (from == nullptr)
            return false;
        std::list<item> gone; // outlives the lock
        const std::lock_guard lock(from->mutex);
        if (from->items.empty())
            continue;
        gone = take_from(*from, std::prev(from->items.end()));
        ++evictions_;
    }
    return true;
}

std::optional<std::pair<cached_result, double>> result_cache::stale_result(std::string_view key)
{
    const auto now = clock::now();
    shard& cache = shard_of(key);
    const std::lock_guard lock(cache.mutex);
    const auto at = cache.by_key.find(key);
    if (at == cache.by_key.end() || at->second->result.empty)
        return std::nullopt;
    item& found = *at->second;
    const double age = seconds(now - found.read).count();
    if (age >= limits_.stale)
        return std::nullopt;
    ++cache.stale;
    found.used = now;
    cache.items.splice(cache.items.begin(), cache.items, at->second);
    return std::pair(found.result, age);
}

void result_cache::erase(std::string_view key)
{
    std::list<item> gone; // outlives the lock
    shard& cache = shard_of(key);
    const std::lock_guard lock(cache.mutex);
    if (const auto at = cache.by_key.find(key); at != cache.by_key.end())
        gone = take_from(cache, at->second);
}

void result_cache::erase_expired()
{
    const auto oldest = clock::now() - std::chrono::duration_cast<clock::duration>(
                                           seconds(std::max(limits_.ttl, limits_.stale)));
    for (shard& cache : shards_) {
        std::list<item> gone; // outlives the lock
        const std::lock_guard lock(cache.mutex);
        for (auto at = cache.items.begin(); at != cache.items.end();) {
            const auto one = at++;
            if (one->read < oldest)
                gone.splice(gone.end(), take_from(cache, one));
        }
    }
}

void result_cache::clear()
{
    for (shard& cache : shards_) {
        std::list<item> gone; // outlives the lock
        const std::lock_guard lock(cache.mutex);
        for (const item& one : cache.items)
            bytes_ -= one.cost;
        cache.by_key.clear();
        gone.swap(cache.items);
    }
}

void result_cache::invalidate()
{
    validity_.change();
    ++changes_;
    if (limits_.stale <= 0)
        clear();
}

void result_cache::stop_notifications()
{
    validity_.stop();
    if (limits_.stale <= 0)
        clear();
}

cache_stats result_cache::figures() const
{
    cache_stats out;
    for (const shard& cache : shards_) {
        const std::lock_guard lock(cache.mutex);
        out.hits += cache.hits;
        out.misses += cache.misses;
        out.shared += cache.shared;
        out.stale += cache.stale;
        out.entries += cache.items.size();
    }
    out.changes = changes_;
    out.evictions = evictions_;
    out.bytes = bytes_;
    return out;
}

double result_cache::age() const
{
    const auto now = clock::now();
    auto oldest = now;
    for (const shard& cache : shards_) {
        const std::lock_guard lock(cache.mutex);
        for (const item& one : cache.items)
            oldest = std::min(oldest, one.read);
    }
    return seconds(now - oldest).count();
}

} // namespace pgsql::directory
