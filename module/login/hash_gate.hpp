// hash_gate.hpp: turns any number of dear password checks at a time into a few, in order of
// arrival, within a budget of threads and memory.
#pragma once

#include "password.hpp"

#include "../postgres/deadline.hpp"

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace pgsql::login {

/// What all checks together may take.
struct hash_budget {
    unsigned threads = 1;
    std::size_t memory_kib = 256 * 1024;

    bool operator==(const hash_budget&) const = default;
};

/// Checks run on threads of the gate's own, of a lower priority than slapd's, so that searches go
/// first where there are too few cores. The threads begin with the first check, never before: slapd
/// forks after it has read its configuration.
class hash_gate {
public:
    enum class ending : char {
        done,
        late,     ///< its turn did not come before the deadline
        full,     ///< as many callers wait already as may
        abandoned ///< the caller did not want to wait any longer
    };
    /// Gets the number of threads it may use. Must not throw.
    using work = std::function<void(unsigned threads)>;

    hash_gate() = default;
    hash_gate(const hash_gate&) = delete;
    hash_gate& operator=(const hash_gate&) = delete;
    ~hash_gate() { close(); }

    /// Counts for what begins from now on.
    void set(const hash_budget& budget);
    [[nodiscard]] hash_budget budget() const;

    /// What there is to do.
    struct work_load {
        std::size_t waiting; ///< checks whose turn has not come
        unsigned threads;    ///< that those use which run
    };
    [[nodiscard]] work_load load() const;

    /// Runs `what` when its turn comes and waits for its end. At most `most` callers may do so at a
    /// time. The deadline is for the wait; a check that has begun is waited for.
    [[nodiscard]] ending run(const expense& cost, deadline until, unsigned most,
                             const std::function<bool()>& given_up, const work& what);

    /// Runs `what` when its turn comes and returns at once; `late` instead, on a thread of the
    /// gate's, if that is after the deadline or never. Both must be quick or be the check itself.
    /// Throws std::system_error if there is no thread to be had.
    void submit(const expense& cost, deadline until, work what, std::function<void()> late);

    /// Ends the threads, for good: what runs is waited for, what waits or comes afterwards is late.
    void close() noexcept;

private:
    struct job {
        std::uint64_t number;
        std::size_t memory_kib;
        unsigned threads;
        deadline until;
        work what;
        std::function<void()> late;
    };

    [[nodiscard]] std::uint64_t enqueue(const expense& cost, deadline until, work what,
                                        std::function<void()> late);
    [[nodiscard]] bool withdraw(std::uint64_t number);
    void begin_thread();
    [[nodiscard]] bool fits(const job& j) const noexcept;
    void run_first(std::unique_lock<std::mutex>& lock) noexcept;
    void say_late(std::unique_lock<std::mutex>& lock) noexcept;
    void serve() noexcept;

    mutable std::mutex guard_;
    std::condition_variable changed_;
    hash_budget budget_;
    std::deque<job> queue_;
    std::vector<std::thread> threads_;
    std::size_t waiting_ = 0; ///< threads with nothing to do
    unsigned threads_used_ = 0;
    std::size_t memory_used_ = 0;
    unsigned callers_ = 0;
    std::uint64_t last_ = 0;
    bool closed_ = false;
};

} // namespace pgsql::login
