// hash_executor.cpp: verifies expensive hashes in fair client order, within a budget of threads and
// memory.
#include "auth/hash_executor.hpp"

#include "base/thread.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <map>

namespace pgsql::auth {
namespace {

// On a contended core, a third of the CPU time that slapd's own threads get (sched(7)).
constexpr int niceness = 5;
// Each waiting job uses memory; a longer queue could not be processed in time anyway.
constexpr std::size_t longest_queue = 1000;

} // namespace

void hash_executor::set_budget(const hash_budget& budget)
{
    const std::lock_guard lock(mutex_);
    budget_ = budget;
    changed_.notify_all();
}

hash_executor::work_load hash_executor::load() const
{
    const std::lock_guard lock(mutex_);
    return {queue_.size(), threads_used_};
}

hash_budget hash_executor::budget() const
{
    const std::lock_guard lock(mutex_);
    return budget_;
}

void hash_executor::note_refusal(std::string_view client) noexcept
{
    try {
        const std::string network = network_of(client);
        const std::lock_guard lock(mutex_);
        use_.add_refusal(network, clock::now());
    } catch (const std::bad_alloc&) {
        // Without memory the order is less fair, but the result is the same.
        return;
    }
}

hash_executor::outcome hash_executor::run(std::string_view client, const hash_cost& cost,
                                          deadline expiry, unsigned limit,
                                          const std::function<bool()>& cancelled, const work& task)
{
    std::mutex guard;
    std::condition_variable completed;
    std::optional<outcome> result;
    const auto complete = [&](outcome e) {
        const std::lock_guard lock(guard); // the caller may return and destroy these once notified
        result = e;
        completed.notify_one();
    };
    const auto caller = callers_.acquire(limit);
    if (!caller)
        return outcome::full;
    const auto number = enqueue(
        client, cost, expiry,
        [&](unsigned threads) {
            task(threads);
            complete(outcome::done);
        },
        [&] { complete(outcome::late); });
    std::unique_lock lock(guard);
    while (!result) {
        completed.wait_for(lock, poll_interval);
        if (result || !cancelled())
            continue;
        lock.unlock();
        const bool withdrawn = remove(number);
        lock.lock();
        if (withdrawn)
            return outcome::abandoned;
        completed.wait(lock, [&] { return result.has_value(); }); // it is already running
    }
    return *result;
}

void hash_executor::submit(std::string_view client, const hash_cost& cost, deadline expiry,
                           work task, std::function<void()> late)
{
    (void)enqueue(client, cost, expiry, std::move(task), std::move(late));
}

std::uint64_t hash_executor::enqueue(std::string_view client, const hash_cost& cost,
                                     deadline expiry, work task, std::function<void()> late)
{
    const std::string network = network_of(client);
    queue out; // evicted jobs; destroyed outside the lock
    std::uint64_t number = 0;
    {
        const std::lock_guard lock(mutex_);
        const auto gives_way = least_entitled(network);
        if (!closed_ && (queue_.size() < longest_queue || gives_way != queue_.end())) {
            // One thread more than may work, so that one is free to report late jobs.
            if (waiting_ <= 1 && threads_.size() <= budget_.threads)
                start_thread();
            queue_.push_back({++last_, network, cost.milliseconds, cost.memory_kib, cost.threads,
                              expiry, std::move(task), std::move(late)});
            number = last_;
            if (gives_way != queue_.end())
                out.splice(out.end(), queue_, gives_way);
            changed_.notify_all();
        }
    }
    if (number == 0)
        late();
    for (const job& j : out)
        j.late();
    return number;
}

hash_executor::queue::iterator hash_executor::least_entitled(const std::string& network)
{
    if (queue_.size() < longest_queue)
        return queue_.end();
    const auto now = clock::now();
    std::map<std::string_view, std::size_t> waiting;
    for (const job& j : queue_)
        ++waiting[j.network];
    const auto claim = [&](std::string_view key, std::size_t jobs) {
        return std::pair(use_.rank_of(std::string(key), now).refusals, jobs);
    };
    auto worst = claim(network, waiting[network] + 1);
    std::string_view loser = network;
    for (const auto& [other, jobs] : waiting)
        if (const auto its_claim = claim(other, jobs); other != network && its_claim > worst) {
            worst = its_claim;
            loser = other;
        }
    if (loser == network)
        return queue_.end();
    return std::prev(std::find_if(queue_.rbegin(), queue_.rend(), [&](const job& j) {
                         return j.network == loser;
                     }).base());
}

hash_executor::queue::iterator hash_executor::next() noexcept
{
    try {
        const auto now = clock::now();
        std::map<std::string_view, client_use::rank> ranks;
        for (const job& j : queue_)
            if (!ranks.contains(j.network))
                ranks.emplace(j.network, use_.rank_of(j.network, now));
        return std::min_element(queue_.begin(), queue_.end(), [&](const job& a, const job& b) {
            return ranks.find(a.network)->second < ranks.find(b.network)->second;
        });
    } catch (const std::bad_alloc&) {
        return queue_.begin(); // without memory: first in, first out
    }
}

bool hash_executor::remove(std::uint64_t number)
{
    queue removed; // destroyed outside the lock
    const std::lock_guard lock(mutex_);
    const auto at = std::find_if(queue_.begin(), queue_.end(),
                                 [&](const job& j) { return j.number == number; });
    if (at == queue_.end())
        return false;
    removed.splice(removed.end(), queue_, at);
    changed_.notify_all(); // the next job may fit
    return true;
}

void hash_executor::start_thread()
{
    try {
        threads_.push_back(postgres::start_thread([this] { serve(); }));
    } catch (const std::system_error&) {
        if (threads_.empty())
            throw; // else the existing threads suffice
    }
}

bool hash_executor::fits(const job& j) const noexcept
{
    // A job larger than the whole budget runs alone.
    return threads_used_ + std::min(j.threads, budget_.threads) <= budget_.threads &&
           memory_used_ + std::min(j.memory_kib, budget_.memory_kib) <= budget_.memory_kib;
}

void hash_executor::run(queue::iterator position, std::unique_lock<std::mutex>& lock) noexcept
{
    queue running;
    running.splice(running.end(), queue_, position);
    const unsigned threads = std::min(position->threads, budget_.threads);
    const std::size_t memory = std::min(position->memory_kib, budget_.memory_kib);
    try {
        use_.add_work(position->network, position->milliseconds, clock::now());
    } catch (const std::bad_alloc&) {
        position->milliseconds = 0; // not recorded, which only makes the order less fair
    }
    threads_used_ += threads;
    memory_used_ += memory;
    lock.unlock();
    changed_.notify_all(); // the following job may fit as well
    position->task(threads);
    running.clear();
    lock.lock();
    threads_used_ -= threads;
    memory_used_ -= memory;
    changed_.notify_all();
}

void hash_executor::report_late(std::unique_lock<std::mutex>& lock) noexcept
{
    const auto now = clock::now();
    for (;;) {
        const auto at = std::find_if(queue_.begin(), queue_.end(),
                                     [&](const job& j) { return closed_ || j.expiry <= now; });
        if (at == queue_.end())
            return;
        queue expired;
        expired.splice(expired.end(), queue_, at);
        lock.unlock();
        at->late();
        expired.clear();
        lock.lock();
    }
}

void hash_executor::serve() noexcept
{
    pthread_setname_np(pthread_self(), "pgsql-hash");
    // On Linux each thread has its own priority; argon2's threads inherit it.
    (void)setpriority(PRIO_PROCESS, 0, getpriority(PRIO_PROCESS, 0) + niceness);
    std::unique_lock lock(mutex_);
    for (;;) {
        report_late(lock);
        if (closed_)
            return;
        if (!queue_.empty()) {
            if (const auto first = next(); fits(*first)) {
                run(first, lock);
                continue;
            }
        }
        ++waiting_;
        if (queue_.empty()) {
            changed_.wait(lock);
        } else {
            // A copy: wait_until reads it again when the job may no longer exist.
            const deadline first =
                std::min_element(queue_.begin(), queue_.end(), [](const job& a, const job& b) {
                    return a.expiry < b.expiry;
                })->expiry;
            changed_.wait_until(lock, first);
        }
        --waiting_;
    }
}

void hash_executor::close() noexcept
{
    std::vector<std::thread> ending_threads;
    {
        const std::lock_guard lock(mutex_);
        closed_ = true;
        ending_threads.swap(threads_);
        changed_.notify_all();
    }
    for (auto& t : ending_threads)
        t.join();
}

} // namespace pgsql::auth
