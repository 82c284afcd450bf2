// hash_executor.cpp: runs a few expensive password checks at a time, in an order that is fair to
// the clients, within a budget of threads and memory.
#include "auth/hash_executor.hpp"

#include "base/thread.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <map>

namespace pgsql::login {
namespace {

// A third of the time that slapd's own threads get on a core that both want (sched(7)).
constexpr int niceness = 5;
// Whoever waits costs memory; so many could not be served in time anyway.
constexpr std::size_t longest_queue = 1000;
// A long wait looks this often whether the client has abandoned the operation.
constexpr auto glance = std::chrono::milliseconds(25);

} // namespace

void hash_gate::set(const hash_budget& budget)
{
    const std::lock_guard lock(guard_);
    budget_ = budget;
    changed_.notify_all();
}

hash_gate::work_load hash_gate::load() const
{
    const std::lock_guard lock(guard_);
    return {queue_.size(), threads_used_};
}

hash_budget hash_gate::budget() const
{
    const std::lock_guard lock(guard_);
    return budget_;
}

void hash_gate::note_refusal(std::string_view client) noexcept
{
    try {
        const std::string network = network_of(client);
        const std::lock_guard lock(guard_);
        use_.add_refusal(network, clock::now());
    } catch (const std::bad_alloc&) {
        // Without memory the order is less fair, and the answer is the same.
        return;
    }
}

hash_gate::ending hash_gate::run(std::string_view client, const hash_cost& cost, deadline until,
                                 unsigned most, const std::function<bool()>& given_up,
                                 const work& what)
{
    std::mutex guard;
    std::condition_variable told;
    std::optional<ending> how;
    const auto tell = [&](ending e) {
        const std::lock_guard lock(guard); // the caller may go, and these with it, once it is told
        how = e;
        told.notify_one();
    };
    {
        const std::lock_guard lock(guard_);
        if (callers_ >= most)
            return ending::full;
        ++callers_;
    }
    struct leaving {
        hash_gate& gate;
        ~leaving()
        {
            const std::lock_guard lock(gate.guard_);
            --gate.callers_;
        }
    } const at_the_end{*this};
    const auto number = enqueue(
        client, cost, until,
        [&](unsigned threads) {
            what(threads);
            tell(ending::done);
        },
        [&] { tell(ending::late); });
    std::unique_lock lock(guard);
    while (!how) {
        told.wait_for(lock, glance);
        if (how || !given_up())
            continue;
        lock.unlock();
        const bool withdrawn = withdraw(number);
        lock.lock();
        if (withdrawn)
            return ending::abandoned;
        told.wait(lock, [&] { return how.has_value(); }); // it runs already
    }
    return *how;
}

void hash_gate::submit(std::string_view client, const hash_cost& cost, deadline until, work what,
                       std::function<void()> late)
{
    (void)enqueue(client, cost, until, std::move(what), std::move(late));
}

std::uint64_t hash_gate::enqueue(std::string_view client, const hash_cost& cost, deadline until,
                                 work what, std::function<void()> late)
{
    const std::string network = network_of(client);
    queue out; // gives way; destroyed outside the lock
    std::uint64_t number = 0;
    {
        const std::lock_guard lock(guard_);
        const auto gives_way = least_entitled(network);
        if (!closed_ && (queue_.size() < longest_queue || gives_way != queue_.end())) {
            // One more thread than may work, so that one is there to tell who is late.
            if (waiting_ <= 1 && threads_.size() <= budget_.threads)
                begin_thread();
            queue_.push_back({++last_, network, cost.milliseconds, cost.memory_kib, cost.threads,
                              until, std::move(what), std::move(late)});
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

hash_gate::queue::iterator hash_gate::least_entitled(const std::string& network)
{
    if (queue_.size() < longest_queue)
        return queue_.end();
    const auto now = clock::now();
    std::map<std::string_view, std::size_t> waiting;
    for (const job& j : queue_)
        ++waiting[j.network];
    const auto claim = [&](std::string_view of, std::size_t jobs) {
        return std::pair(use_.of(std::string(of), now).refusals, jobs);
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

hash_gate::queue::iterator hash_gate::next() noexcept
{
    try {
        const auto now = clock::now();
        std::map<std::string_view, client_use::rank> ranks;
        for (const job& j : queue_)
            if (!ranks.contains(j.network))
                ranks.emplace(j.network, use_.of(j.network, now));
        return std::min_element(queue_.begin(), queue_.end(), [&](const job& a, const job& b) {
            return ranks.find(a.network)->second < ranks.find(b.network)->second;
        });
    } catch (const std::bad_alloc&) {
        return queue_.begin(); // without memory the order is that of arrival
    }
}

bool hash_gate::withdraw(std::uint64_t number)
{
    queue gone; // destroyed outside the lock
    const std::lock_guard lock(guard_);
    const auto at = std::find_if(queue_.begin(), queue_.end(),
                                 [&](const job& j) { return j.number == number; });
    if (at == queue_.end())
        return false;
    gone.splice(gone.end(), queue_, at);
    changed_.notify_all(); // the next one may fit
    return true;
}

void hash_gate::begin_thread()
{
    try {
        threads_.push_back(postgres::begin_thread([this] { serve(); }));
    } catch (const std::system_error&) {
        if (threads_.empty())
            throw; // else those that there are will do
    }
}

bool hash_gate::fits(const job& j) const noexcept
{
    // What is larger than the whole budget runs alone.
    return threads_used_ + std::min(j.threads, budget_.threads) <= budget_.threads &&
           memory_used_ + std::min(j.memory_kib, budget_.memory_kib) <= budget_.memory_kib;
}

void hash_gate::run(queue::iterator which, std::unique_lock<std::mutex>& lock) noexcept
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
    which->what(threads);
    mine.clear();
    lock.lock();
    threads_used_ -= threads;
    memory_used_ -= memory;
    changed_.notify_all();
}

void hash_gate::say_late(std::unique_lock<std::mutex>& lock) noexcept
{
    const auto now = clock::now();
    for (;;) {
        const auto at = std::find_if(queue_.begin(), queue_.end(),
                                     [&](const job& j) { return closed_ || j.until <= now; });
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

void hash_gate::serve() noexcept
{
    pthread_setname_np(pthread_self(), "pgsql-hash");
    // On Linux a priority is a thread's own; argon2's threads inherit it.
    (void)setpriority(PRIO_PROCESS, 0, getpriority(PRIO_PROCESS, 0) + niceness);
    std::unique_lock lock(guard_);
    for (;;) {
        say_late(lock);
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
                    return a.until < b.until;
                })->until;
            changed_.wait_until(lock, first);
        }
        --waiting_;
    }
}

void hash_gate::close() noexcept
{
    std::vector<std::thread> ending_threads;
    {
        const std::lock_guard lock(guard_);
        closed_ = true;
        ending_threads.swap(threads_);
        changed_.notify_all();
    }
    for (auto& t : ending_threads)
        t.join();
}

} // namespace pgsql::login
