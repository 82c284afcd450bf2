// hash_executor.hpp: verifies password hashes in fair client order, within a budget of threads and
// memory.
#pragma once

#include "auth/client_use.hpp"
#include "auth/password_hash.hpp"

#include "base/deadline.hpp"
#include "base/slot_counter.hpp"

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace pgsql::auth {

/// The limit for all concurrent checks together.
struct hash_budget {
    unsigned threads = 1;
    std::size_t memory_kib = 256 * 1024;

    bool operator==(const hash_budget&) const = default;
};

/// Checks run on the executor's own threads, which have a lower priority than slapd's, so that
/// searches come first when cores are scarce. The threads start with the first check, never before:
/// slapd forks after it has read its configuration.
///
/// The next check is that of the client (client_use) with the fewest recent refused logins; then of
/// the client with the least recent work; then the first to arrive. A client is an address: neither
/// the user name nor the hash affects the order.
class hash_executor {
public:
    enum class outcome : char {
        done,
        late,     ///< not started before the deadline
        full,     ///< the maximum number of callers is already waiting
        abandoned ///< the caller cancelled the wait
    };
    /// Receives the number of threads it may use. Must not throw.
    using work = std::function<void(unsigned threads)>;

    hash_executor() = default;
    hash_executor(const hash_executor&) = delete;
    hash_executor& operator=(const hash_executor&) = delete;
    ~hash_executor() { close(); }

    /// Applies to checks that start from now on.
    void set_budget(const hash_budget& budget);
    [[nodiscard]] hash_budget budget() const;

    /// The current load.
    struct work_load {
        std::size_t waiting; ///< checks in the queue
        unsigned threads;    ///< in use by running checks
    };
    [[nodiscard]] work_load load() const;

    /// Runs `task` in its turn and waits until it has finished. At most `limit` callers may do so
    /// at a time. The deadline applies to the wait in the queue; a started check always finishes.
    [[nodiscard]] outcome run(std::string_view client, const hash_cost& cost, deadline expiry,
                              unsigned limit, const std::function<bool()>& cancelled,
                              const work& task);

    /// Queues `task` and returns at once. Calls `late` instead, on any thread, if the deadline
    /// passes first or the job is evicted: when the queue is full, the client with the most jobs
    /// loses one. Both must be quick, except for the check itself. Throws std::system_error if no
    /// thread can be started.
    void submit(std::string_view client, const hash_cost& cost, deadline expiry, work task,
                std::function<void()> late);

    /// Lets the caller run a cheap check in its own thread while it holds the slot, at most `limit`
    /// at a time; without one, the check has to wait for its turn.
    [[nodiscard]] std::optional<slot_counter::slot> acquire_inline(unsigned limit) noexcept
    {
        return inline_.acquire(limit);
    }

    /// Records a refused login of the client.
    void note_refusal(std::string_view client) noexcept;

    /// Stops the threads for good: running checks finish, queued and later ones are late.
    void close() noexcept;

private:
    struct job {
        std::uint64_t number;
        std::string network;
        double milliseconds;
        std::size_t memory_kib;
        unsigned threads;
        deadline expiry;
        work task;
        std::function<void()> late;
    };

    using queue = std::list<job>;

    [[nodiscard]] std::uint64_t enqueue(std::string_view client, const hash_cost& cost,
                                        deadline expiry, work task, std::function<void()> late);
    [[nodiscard]] bool remove(std::uint64_t number);
    void start_thread();
    [[nodiscard]] bool fits(const job& j) const noexcept;
    /// The next job to run; the queue must not be empty.
    [[nodiscard]] queue::iterator next() noexcept;
    /// The job to evict for one more job of the network; end() if none.
    [[nodiscard]] queue::iterator least_entitled(const std::string& network);
    void run(queue::iterator position, std::unique_lock<std::mutex>& lock) noexcept;
    void report_late(std::unique_lock<std::mutex>& lock) noexcept;
    void serve() noexcept;

    mutable std::mutex mutex_;
    std::condition_variable changed_;
    hash_budget budget_;
    queue queue_; ///< in order of arrival
    client_use use_;
    std::vector<std::thread> threads_;
    std::size_t waiting_ = 0; ///< idle threads
    unsigned threads_used_ = 0;
    std::size_t memory_used_ = 0;
    slot_counter callers_; ///< of run()
    slot_counter inline_;  ///< checks in the threads of their callers
    std::uint64_t last_ = 0;
    bool closed_ = false;
};

} // namespace pgsql::auth
