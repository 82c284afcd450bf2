// hash_executor.cpp: runs a few expensive password checks at a time, in an order that is fair to
// the clients, within a budget of threads and memory.
#include "auth/hash_executor.hpp"

#include "base/thread.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <map>

namespace pgsql::auth {
namespace {

// A third of the time that slapd's own threads get on a core that both want (sched(7)).
constexpr int niceness = 5;
// Whoever waits costs memory; so many could not be served in time anyway.
constexpr std::size_t longest_queue = 1000;
// A long wait looks this often whether the client has abandoned the operation.
constexpr auto glance = std::chrono::milliseconds(25);

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
        // Without memory the order is less fair, and the answer is the same.
        return;
    }
}

hash_executor::outcome hash_executor::run(std::string_view client, const hash_cost& cost,
                                          deadline expiry, unsigned limit,
                                          const std::function<bool()>& cancelled, const work& what)
{
    std::mutex guard;
    std::condition_variable told;
    std::optional<outcome> how;
    const auto tell = [&](outcome e) {
        const std::lock_guard lock(guard); // the caller may go, and these with it, once it is told
        how = e;
        told.notify_one();
    };
    {
        const std::lock_guard lock(mutex_);
        if (callers_ >= limit)
            return outcome::full;
        ++callers_;
    }
    struct leaving {
        hash_executor& gate;
        ~leaving()
        {
            const std::lock_guard lock(gate.mutex_);
            --gate.callers_;
        }
    } const at_the_end{*this};
    const auto number = enqueue(
        client, cost, expiry,
        [&](unsigned threads) {
            what(threads);
            tell(outcome::done);
        },
        [&] { tell(outcome::late); });
    std::unique_lock lock(guard);
    while (!how) {
        told.wait_for(lock, glance);
        if (how || !cancelled())
            continue;
        lock.unlock();
        const bool withdrawn = remove(number);
        lock.lock();
        if (withdrawn)
            return outcome::abandoned;
        told.wait(lock, [&] { return how.has_value(); }); // it runs already
    }
    return *how;
}

void hash_executor::submit(std::string_view client, const hash_cost& cost, deadline expiry,
                           work what, std::function<void()> late)
{
    (void)enqueue(client, cost, expiry, std::move(what), std::move(late));
}

std::uint64_t hash_executor::enqueue(std::string_view client, const hash_cost& cost,
                                     deadline expiry, work what, std::function<void()> late)
{
    const std::string network = network_of(client);
    queue out; // gives way; destroyed outside the lock
    std::uint64_t number = 0;
    {
        const std::lock_guard lock(mutex_);
        const auto gives_way = least_entitled(network);
        if (!closed_ && (queue_.size() < longest_queue || gives_way != queue_.end())) {
            // One more thread than may work, so that one is there to tell who is late.
            if (waiting_ <= 1 && threads_.size() <= budget_.threads)
                start_thread();
            queue_.push_back({++last_, network, cost.milliseconds, cost.memory_kib, cost.threads,
                              expiry, std::move(what), std::move(late)});
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
    const auto claim = [&](std::string_view of, std::size_t jobs) {
        return std::pair(use_.rank_of(std::string(of), now).refusals, jobs);
    };
    auto worst = claim(network, waiting[network] + 1);
    std::string_view whose = network;
    for (const auto& [other, jobs] : waiting)
        if (const auto has = claim(other, jobs); other != network && has > worst) {
            worst = has;
            whose = other;
        }
    if (whose == network)
        return queue_.end();
    return std::prev(std::find_if(queue_.rbegin(), queue_.rend(), [&](const job& j) {
                         return j.network == whose;
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
        return queue_.begin(); // without memory the order is that of arrival
    }
}

bool hash_executor::remove(std::uint64_t number)
{
    queue gone; // destroyed outside the lock
    const std::lock_guard lock(mutex_);
    const auto at = std::find_if(queue_.begin(), queue_.end(),
                                 [&](const job& j) { return j.number == number; });
    if (at == queue_.end())
        return false;
    gone.splice(gone.end(), queue_, at);
    changed_.notify_all(); // the next one may fit
    return true;
}

void hash_executor::start_thread()
{
    try {
        threads_.push_back(postgres::start_thread([this] { serve(); }));
    } catch (const std::system_error& start_thread) {
        if (threads_.empty())
            throw; // else those that there are will do
    }
}

bool hash_executor::fits(const job& j) const noexcept
{
    // What is larger than the whole budget runs alone.
    return threads_used_ + std::min(j.threads, budget_.threads) <= budget_.threads &&
           memory_used_ + std::min(j.memory_kib, budget_.memory_kib) <= budget_.memory_kib;
}

void hash_executor::run(queue::iterator which, std::unique_lock<std::mutex>& lock) noexcept
{
    queue mine;
    mine.splice(mine.end(), queue_, which);
    const unsigned threads = std::min(which->threads, budget_.threads);
    const std::size_t memory = std::min(which->memory_kib, budget_.memory_kib);
    try {
        use_.add_work(which->network, which->milliseconds, clock::now());
    } catch (const std::bad_alloc&) {
        which->milliseconds = 0; // not noted, which only makes the order less fair
    }
    threads_used_ += threads;
    memory_used_ += memory;
    lock.unlock();
    changed_.notify_all(); // the one behind may fit as well
    which->task(threads);
    mine.clear();
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
        queue gone;
        gone.splice(gone.end(), queue_, at);
        lock.unlock();
        at->late();
        gone.clear();
        lock.lock();
    }
}

void hash_executor::serve() noexcept
{
    pthread_setname_np(pthread_self(), "pgsql-hash");
    // On Linux a priority is a thread's own; argon2's threads inherit it.
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
            // A copy: wait_until looks at it again when the job may be gone.
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
