// maintenance_thread.hpp: a background thread that runs tasks at a time or when a socket is ready.
#pragma once

#include "base/deadline.hpp"

#include <atomic>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

namespace pgsql::postgres {

/// When to run a task again: at that time, or earlier once the socket, if any, is readable.
struct next_run {
    clock::time_point time;
    int socket = -1;
};

class maintenance_thread {
public:
    /// Whether a task has to stop; a task must check it while it waits.
    using stop_requested = std::function<bool()>;
    /// Runs in the thread and returns when it is due again. Tasks run one at a time.
    using task = std::function<next_run(const stop_requested& dismissed)>;

    maintenance_thread();
    maintenance_thread(const maintenance_thread&) = delete;
    maintenance_thread& operator=(const maintenance_thread&) = delete;
    ~maintenance_thread();

    /// Replaces the tasks and runs all new ones as soon as possible. Does not wait for a running
    /// task; the thread destroys the old tasks. The first call with tasks starts the thread, and
    /// throws if it cannot be started.
    void set_tasks(std::vector<task> tasks);
    /// Runs every task now, due or not.
    void wake() noexcept;
    /// Ends the thread. No task starts afterwards.
    void close() noexcept;

private:
    void begin();
    void run() noexcept;
    void signal() const noexcept;

    const int event_fd_;
    std::atomic<bool> stopping_tasks_{false}; ///< the running task has to stop
    std::atomic<bool> wake_requested_{false};
    std::mutex mutex_; ///< protects the members below
    std::thread thread_;
    bool closing_ = false;
    std::optional<std::vector<task>> new_tasks_;
};

} // namespace pgsql::postgres
