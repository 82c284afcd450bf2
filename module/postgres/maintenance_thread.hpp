// maintenance_thread.hpp: a background thread of a database: does what is due at a time, or when a
// socket has something to say.
#pragma once

#include "base/deadline.hpp"

#include <atomic>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

namespace pgsql::postgres {

/// When a duty is to be done again: at that time, or as soon as the socket, if there is one, can be
/// read from.
struct next_run {
    clock::time_point time;
    int socket = -1;
};

class maintenance_thread {
public:
    /// Whether a duty is no longer wanted, which it has to look at while it waits for something.
    using stop_requested = std::function<bool()>;
    /// Does what is due, in the thread, and says when it is due again. While one of them waits, the
    /// others have to.
    using task = std::function<next_run(const stop_requested& dismissed)>;

    maintenance_thread();
    maintenance_thread(const maintenance_thread&) = delete;
    maintenance_thread& operator=(const maintenance_thread&) = delete;
    ~maintenance_thread();

    /// Takes these in the place of the duties so far, and begins with all of them at once. Waits
    /// for none that is being done; what they held is let go of in the thread. The thread begins
    /// with the first ones there are; throws when there can be none.
    void set_tasks(std::vector<task> duties);
    /// Has every duty done now, due or not.
    void wake() noexcept;
    /// Ends the thread. Nothing begins afterwards.
    void close() noexcept;

private:
    void begin();
    void run() noexcept;
    void signal() const noexcept;

    const int event_fd_;                      ///< an eventfd
    std::atomic<bool> stopping_tasks_{false}; ///< the duties under way are to be ended
    std::atomic<bool> wake_requested_{false};
    std::mutex mutex_; ///< of what follows
    std::thread thread_;
    bool closing_ = false;
    std::optional<std::vector<task>> new_tasks_;
};

} // namespace pgsql::postgres
