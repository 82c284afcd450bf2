// fair_semaphore.cpp: a semaphore that shares its slots fairly among clients.
#include "postgres/fair_semaphore.hpp"

#include <algorithm>
#include <cmath>

namespace pgsql::postgres {
namespace {

using namespace std::chrono_literals;

// A holder that has waited for its client for so long loses its slot to another caller.
constexpr auto silence = 20ms;
// A shorter wait is normal in a burst of quick searches.
constexpr auto long_wait = 50ms;
// The half-life of a client's used time, in seconds.
constexpr double half_life = 10;
constexpr std::size_t most_clients = 1000;

double seconds(clock::duration of) { return std::chrono::duration<double>(of).count(); }

} // namespace

fair_semaphore::load fair_semaphore::current_load() const
{
    const std::lock_guard lock(mutex_);
    return {held_, static_cast<int>(queue_.size())};
}

double fair_semaphore::time_of(const std::string& client, clock::time_point now) const noexcept
{
    double out = 0;
    if (const auto at = used_.find(client); at != used_.end())
        out = at->second.seconds * std::exp2(-seconds(now - at->second.time) / half_life);
    for (const visit* one : inside_)
        if (one->state_ == visit::state::holds && one->client_ == client)
            out += seconds(now - one->since_);
    return out;
}

void fair_semaphore::charge(const std::string& client, clock::duration worked)
{
    const auto now = clock::now();
    if (used_.size() >= most_clients)
        std::erase_if(used_, [&](const auto& one) {
            return now - one.second.time > std::chrono::duration<double>(10 * half_life);
        });
    if (used_.size() >= most_clients)
        used_.clear();
    usage& of = used_[client];
    of.seconds = of.seconds * std::exp2(-seconds(now - of.time) / half_life) + seconds(worked);
    of.time = now;
}

bool fair_semaphore::has_slot_for(const visit& one) const noexcept
{
    return held_ < limits_.slots ||
           (held_ < limits_.slots + limits_.spare &&
            std::none_of(inside_.begin(), inside_.end(), [&](const visit* other) {
                return other->state_ == visit::state::holds && other->client_ == one.client_;
            }));
}

void fair_semaphore::admit() noexcept
{
    const auto now = clock::now();
    for (;;) {
        auto next = queue_.end();
        for (auto at = queue_.begin(); at != queue_.end(); ++at)
            if (has_slot_for(**at) && (next == queue_.end() || time_of((*at)->client_, now) <
                                                                   time_of((*next)->client_, now)))
                next = at;
        if (next == queue_.end())
            return;
        visit& chosen = **next;
        queue_.erase(next);
        ++held_;
        chosen.since_ = now;
        chosen.state_ = visit::state::holds;
        chosen.turn_.notify_one();
    }
}

void fair_semaphore::take_back(visit& from, clock::time_point expiry) noexcept
{
    try {
        charge(from.client_, expiry - from.since_);
    } catch (const std::bad_alloc&) {
        // This turn is not counted.
    }
    from.state_ = visit::state::outside;
    --held_;
}

void fair_semaphore::take_from_silent() noexcept
{
    const auto now = clock::now();
    for (visit* one : inside_) {
        const clock::time_point since{clock::duration{one->sending_}};
        if (one->state_ == visit::state::holds && since != clock::time_point() &&
            now - since > silence)
            take_back(*one, since);
    }
}

void fair_semaphore::evict_callers() noexcept
{
    const auto now = clock::now();
    if (std::none_of(queue_.begin(), queue_.end(),
                     [&](const visit* one) { return now - one->since_ > long_wait; }))
        return;
    const auto stays = [](const visit* one) { return one->state_ != visit::state::turned_away; };
    for (auto inside = std::count_if(inside_.begin(), inside_.end(), stays);
         inside > limits_.max_callers; --inside) {
        auto worst = queue_.end(); // the last caller of the client with the most callers
        std::ptrdiff_t most = 1;
        for (auto at = queue_.begin(); at != queue_.end(); ++at) {
            // A caller that holds no slot may already have sent its result.
            const auto count = std::count_if(inside_.begin(), inside_.end(), [&](const visit* one) {
                return (one->state_ == visit::state::waits || one->state_ == visit::state::holds) &&
                       one->client_ == (*at)->client_;
            });
            if (count > 1 && count >= most) {
                most = count;
                worst = at;
            }
        }
        if (worst == queue_.end())
            return;
        (*worst)->state_ = visit::state::turned_away;
        (*worst)->turn_.notify_one();
        queue_.erase(worst);
    }
}

fair_semaphore::visit::visit(fair_semaphore& where, std::string client)
    : semaphore_(where), client_(std::move(client))
{
    const std::lock_guard lock(semaphore_.mutex_);
    semaphore_.inside_.push_back(this);
}

fair_semaphore::visit::~visit()
{
    const std::lock_guard lock(semaphore_.mutex_);
    if (state_ == state::holds)
        semaphore_.take_back(*this, clock::now());
    std::erase(semaphore_.inside_, this);
    semaphore_.admit();
}

void fair_semaphore::visit::enter(const wait_options& options)
{
    std::unique_lock lock(semaphore_.mutex_);
    if (state_ == state::holds)
        return;
    semaphore_.queue_.push_back(this);
    state_ = state::waits;
    since_ = clock::now();
    semaphore_.admit();
    try {
        while (state_ != state::holds) {
            semaphore_.take_from_silent();
            semaphore_.admit();
            semaphore_.evict_callers();
            if (state_ == state::turned_away)
                throw error(error::cause::busy, "too many waiting searches of this client");
            if (state_ == state::holds)
                break;
            if (clock::now() >= options.expiry)
                throw error(error::cause::busy,
                            "searches of other clients kept PostgreSQL busy until the deadline");
            if (options.cancelled())
                throw error(error::cause::abandoned, "the operation was abandoned");
            lock.unlock();
            options.on_long_wait();
            lock.lock();
            if (state_ == state::waits)
                turn_.wait_until(lock, std::min(options.expiry, clock::now() + poll_interval));
        }
    } catch (...) {
        if (!lock.owns_lock())
            lock.lock();
        std::erase(semaphore_.queue_, this);
        if (state_ == state::holds)
            semaphore_.take_back(*this, clock::now());
        // A caller that was rejected keeps this state, so that no other is rejected for it.
        if (state_ != state::turned_away)
            state_ = state::outside;
        semaphore_.admit();
        throw;
    }
}

void fair_semaphore::visit::leave() noexcept
{
    const std::lock_guard lock(semaphore_.mutex_);
    if (state_ != state::holds)
        return;
    semaphore_.take_back(*this, clock::now());
    semaphore_.admit();
}

void fair_semaphore::visit::yield() noexcept
{
    const std::lock_guard lock(semaphore_.mutex_);
    if (state_ != state::holds || semaphore_.queue_.empty())
        return;
    semaphore_.take_back(*this, clock::now());
    semaphore_.admit();
}

} // namespace pgsql::postgres
