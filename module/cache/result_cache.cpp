// result_cache.cpp: turns answers into what the next who asks the same is given, in bounded memory
// and for as long as they are true.
#include "cache/result_cache.hpp"

#include <algorithm>
#include <functional>

namespace pgsql::directory {
namespace {

using seconds = std::chrono::duration<double>;

// Of an item besides its key and answer: the nodes of the list and of the map, its place among the
// map's buckets, which double, and what malloc adds to each of the three pieces, rounding included.
constexpr std::size_t malloc_adds = 24;
constexpr std::size_t of_list = 2 * sizeof(void*) + malloc_adds;
constexpr std::size_t of_map =
    sizeof(void*) + sizeof(std::string_view) + 2 * sizeof(void*) + malloc_adds;
constexpr std::size_t of_buckets = 2 * sizeof(void*);

// So many of the least used are looked at to find one that has to go.
constexpr int candidates = 8;

} // namespace

cache::flight::state cache::flight::wait(clock::time_point until, answer& out)
{
    std::unique_lock lock(guard_);
    settled_.wait_until(lock, until, [this] { return state_ != state::under_way; });
    out = answer_;
    return state_;
}

void cache::flight::settle(state as, const answer& with)
{
    {
        const std::lock_guard lock(guard_);
        state_ = as;
        answer_ = with;
    }
    settled_.notify_all();
}

cache::lead::~lead() { settle(flight::state::failed); }

void cache::lead::settle(flight::state as, const answer& with)
{
    if (on_ == nullptr)
        return;
    {
        shard& in = in_.shard_of(key_);
        const std::lock_guard lock(in.guard);
        const auto at = in.flights.find(key_);
        if (at != in.flights.end() && at->second == on_)
            in.flights.erase(at);
    }
    on_->settle(as, with);
    on_.reset();
}

void cache::lead::leave_alone()
{
    in_.forget(key_); // there is a newer one, whether it will be kept or not
    settle(flight::state::alone);
}

void cache::lead::land(answer what)
{
    in_.keep(key_, what, mark_, began_); // first: who comes now finds the one or the other
    settle(flight::state::landed, what);
}

cache::shard& cache::shard_of(std::string_view key)
{
    return shards_[std::hash<std::string_view>()(key) % shards_.size()];
}

cache::reply cache::ask(std::string_view key)
{
    const auto now = clock::now();
    const freshness::mark mark = fresh_.now(now);
    shard& in = shard_of(key);
    if (mark == freshness::none) { // every answer is for who asked for it
        const std::lock_guard lock(in.guard);
        ++in.misses;
        return {.mine = std::make_unique<lead>(*this, std::string(key), nullptr, mark)};
    }
    std::list<item> outdated; // outlives the lock
    const std::lock_guard lock(in.guard);
    if (const auto at = in.by_key.find(key); at != in.by_key.end()) {
        const auto found = at->second;
        if (found->mark == mark && now - found->read < seconds(most_.use)) {
            ++in.hits;
            found->used = now;
            in.items.splice(in.items.begin(), in.items, found);
            return {.known = found->what};
        }
        if (most_.stale <= 0)
            outdated = take(in, found);
    }
    ++in.misses;
    auto& flying = in.flights[std::string(key)];
    // Who asks after a change must not be given what was read before it.
    if (flying != nullptr && flying->mark_ == mark) {
        ++in.shared;
        return {.others = flying};
    }
    flying = std::make_shared<flight>();
    flying->mark_ = mark;
    return {.mine = std::make_unique<lead>(*this, std::string(key), flying, mark)};
}

std::list<cache::item> cache::take(shard& from, std::list<item>::iterator which)
{
    std::list<item> out;
    from.by_key.erase(which->key);
    bytes_ -= which->cost;
    out.splice(out.begin(), from.items, which);
    return out;
}

void cache::keep(const std::string& key, answer what, freshness::mark mark, clock::time_point read)
{
    if (most_.stale <= 0 && (mark == freshness::none || mark != fresh_.now()))
        return;
    const std::size_t cost =
        what.bytes + key.capacity() + malloc_adds + sizeof(item) + of_list + of_map + of_buckets;
    shard& in = shard_of(key);
    std::list<item> before; // outlives the lock
    std::list<item> fresh;
    // Room is made before it is taken: memory never exceeds the limit.
    bytes_ += cost;
    if (cost > most_of_one() || !make_room()) {
        bytes_ -= cost;
        forget(key); // what was known before is not the last that is known
        return;
    }
    fresh.push_back({key, std::move(what), cost, mark, read, clock::now()});
    const std::lock_guard lock(in.guard);
    if (const auto at = in.by_key.find(key); at != in.by_key.end()) {
        if (at->second->read > read) { // another was faster, who began later
            bytes_ -= cost;
            return;
        }
        before = take(in, at->second);
    }
    in.items.splice(in.items.begin(), fresh);
    in.by_key.emplace(in.items.front().key, in.items.begin());
}

// Looks at the least used of some shards, and lets the least used of them go.
bool cache::make_room()
{
    while (bytes_ > most_.bytes) {
        shard* from = nullptr;
        clock::time_point least = clock::time_point::max();
        int seen = 0;
        for (std::size_t i = 0; i < shards_.size() && seen < candidates; ++i) {
            shard& in = shards_[hand_++ % shards_.size()];
            const std::lock_guard lock(in.guard);
            if (in.items.empty())
                continue;
            ++seen;
            if (in.items.back().used < least) {
                least = in.items.back().used;
                from = &in;
            }
        }
        if (from == nullptr)
            return false;
        std::list<item> gone; // outlives the lock
        const std::lock_guard lock(from->guard);
        if (from->items.empty())
            continue;
        gone = take(*from, std::prev(from->items.end()));
        ++evictions_;
    }
    return true;
}

std::optional<std::pair<answer, double>> cache::last_known(std::string_view key)
{
    const auto now = clock::now();
    shard& in = shard_of(key);
    const std::lock_guard lock(in.guard);
    const auto at = in.by_key.find(key);
    if (at == in.by_key.end() || at->second->what.empty)
        return std::nullopt;
    item& found = *at->second;
    const double age = seconds(now - found.read).count();
    if (age >= most_.stale)
        return std::nullopt;
    ++in.stale;
    found.used = now;
    in.items.splice(in.items.begin(), in.items, at->second);
    return std::pair(found.what, age);
}

void cache::forget(std::string_view key)
{
    std::list<item> gone; // outlives the lock
    shard& in = shard_of(key);
    const std::lock_guard lock(in.guard);
    if (const auto at = in.by_key.find(key); at != in.by_key.end())
        gone = take(in, at->second);
}

void cache::forget_old()
{
    const auto oldest = clock::now() - std::chrono::duration_cast<clock::duration>(
                                           seconds(std::max(most_.use, most_.stale)));
    for (shard& in : shards_) {
        std::list<item> gone; // outlives the lock
        const std::lock_guard lock(in.guard);
        for (auto at = in.items.begin(); at != in.items.end();) {
            const auto one = at++;
            if (one->read < oldest)
                gone.splice(gone.end(), take(in, one));
        }
    }
}

void cache::clear()
{
    for (shard& in : shards_) {
        std::list<item> gone; // outlives the lock
        const std::lock_guard lock(in.guard);
        for (const item& one : in.items)
            bytes_ -= one.cost;
        in.by_key.clear();
        gone.swap(in.items);
    }
}

void cache::change()
{
    fresh_.change();
    ++changes_;
    if (most_.stale <= 0)
        clear();
}

void cache::is_deaf()
{
    fresh_.end();
    if (most_.stale <= 0)
        clear();
}

cache_figures cache::figures() const
{
    cache_figures out;
    for (const shard& in : shards_) {
        const std::lock_guard lock(in.guard);
        out.hits += in.hits;
        out.misses += in.misses;
        out.shared += in.shared;
        out.stale += in.stale;
        out.entries += in.items.size();
    }
    out.changes = changes_;
    out.evictions = evictions_;
    out.bytes = bytes_;
    return out;
}

double cache::age() const
{
    const auto now = clock::now();
    auto oldest = now;
    for (const shard& in : shards_) {
        const std::lock_guard lock(in.guard);
        for (const item& one : in.items)
            oldest = std::min(oldest, one.read);
    }
    return seconds(now - oldest).count();
}

} // namespace pgsql::directory
