// hash_executor.hpp: runs a few expensive password checks at a time, in an order that is fair to
// the clients, within a budget of threads and memory.
#pragma once

#include "auth/client_use.hpp"
#include "auth/password_hash.hpp"

#include "base/deadline.hpp"

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace pgsql::auth {

/// What all checks together may take.
struct hash_budget {
    unsigned threads = 1;
    std::size_t memory_kib = 256 * 1024;

    bool operator==(const hash_budget&) const = default;
};

/// Checks run on threads of the gate's own, of a lower priority than slapd's, so that searches go
/// first where there are too few cores. The threads begin with the first check, never before: slapd
/// forks after it has read its configuration.
///
/// The next check is that of the client (client_use) with the fewest refused logins lately; among
/// equals, of the one whose checks have taken the least time lately; and then the first to come.
/// A client is an address: what is checked, and for which name, changes nothing.
class hash_executor {
public:
    enum class outcome : char {
        done,
        late,     ///< its turn did not come before the deadline
        full,     ///< as many callers wait already as may
        abandoned ///< the caller did not want to wait any longer
    };
    /// Gets the number of threads it may use. Must not throw.
    using work = std::function<void(unsigned threads)>;

    hash_executor() = default;
    hash_executor(const hash_executor&) = delete;
    hash_executor& operator=(const hash_executor&) = delete;
    ~hash_executor() { close(); }

    /// Counts for what begins from now on.
    void set_budget(const hash_budget& budget);
    [[nodiscard]] hash_budget budget() const;

    /// What there is to do.
    struct work_load {
        std::size_t waiting; ///< checks whose turn has not come
        unsigned threads;    ///< that those use which run
    };
    [[nodiscard]] work_load load() const;

    /// Runs `what` when its turn comes and waits for its end. At most `most` callers may do so at a
    /// time. The deadline is for the wait; a check that has begun is waited for.
    [[nodiscard]] outcome run(std::string_view client, const hash_cost& cost, deadline expiry,
                              unsigned limit, const std::function<bool()>& cancelled,
                              const work& what);

    /// Runs `what` when its turn comes and returns at once; `late` instead, on any thread, if that
    /// is after the deadline or never: when too many checks wait, those of the client with the most
    /// give way. Both must be quick or be the check itself. Throws std::system_error if there is no
    /// thread to be had.
    void submit(std::string_view client, const hash_cost& cost, deadline expiry, work what,
                std::function<void()> late);

    /// A login of the client was refused.
    void note_refusal(std::string_view client) noexcept;

    /// Ends the threads, for good: what runs is waited for, what waits or comes afterwards is late.
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
                                        deadline expiry, work what, std::function<void()> late);
    [[nodiscard]] bool remove(std::uint64_t number);
    void start_thread();
    [[nodiscard]] bool fits(const job& j) const noexcept;
    /// The job whose turn it is; the queue is not empty.
    [[nodiscard]] queue::iterator next() noexcept;
    /// The job that gives way to one more of the network's; the end if none has to.
    [[nodiscard]] queue::iterator least_entitled(const std::string& network);
    void run(queue::iterator which, std::unique_lock<std::mutex>& lock) noexcept;
    void report_late(std::unique_lock<std::mutex>& lock) noexcept;
    void serve() noexcept;

    mutable std::mutex mutex_;
    std::condition_variable changed_;
    hash_budget budget_;
    queue queue_; ///< in order of arrival
    client_use use_;
    std::vector<std::thread> threads_;
    std::size_t waiting_ = 0; ///< threads with nothing to do
    unsigned threads_used_ = 0;
    std::size_t memory_used_ = 0;
    unsigned callers_ = 0;
    std::uint64_t last_ = 0;
    bool closed_ = false;
};

} // namespace pgsql::auth
