// maintenance_thread.cpp: a background thread that runs tasks at a time or when a socket is ready.
#include "postgres/maintenance_thread.hpp"

#include "base/thread.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <system_error>
#include <utility>

namespace pgsql::postgres {
namespace {

/// A task, and when it is due.
struct scheduled_task {
    maintenance_thread::task task;
    next_run next;
};

} // namespace

maintenance_thread::maintenance_thread() : event_fd_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK))
{
    if (event_fd_ < 0)
        throw std::system_error(errno, std::generic_category(), "eventfd");
}

maintenance_thread::~maintenance_thread()
{
    close();
    ::close(event_fd_);
}

void maintenance_thread::signal() const noexcept
{
    const std::uint64_t one = 1;
    (void)!write(event_fd_, &one, sizeof one); // can fail only if the eventfd is signaled already
}

void maintenance_thread::begin()
{
    if (!thread_.joinable() && !new_tasks_->empty())
        thread_ = start_thread([this] { run(); });
}

void maintenance_thread::set_tasks(std::vector<task> tasks)
{
    std::optional<std::vector<task>> never_begun; // destroyed outside the lock
    {
        const std::lock_guard lock(mutex_);
        if (closing_)
            return;
        never_begun = std::exchange(new_tasks_, std::move(tasks));
        begin();
        stopping_tasks_ = true;
    }
    signal();
}

void maintenance_thread::wake() noexcept
{
    wake_requested_ = true;
    signal();
}

void maintenance_thread::close() noexcept
{
    std::thread ending;
    std::optional<std::vector<task>> never_begun;
    {
        const std::lock_guard lock(mutex_);
        closing_ = true;
        stopping_tasks_ = true;
        ending = std::move(thread_);
        never_begun = std::exchange(new_tasks_, std::nullopt);
    }
    signal();
    if (ending.joinable())
        ending.join();
}

void maintenance_thread::run() noexcept
{
    std::vector<scheduled_task> tasks;
    std::vector<pollfd> sockets; // the eventfd, and then one for each task
    const stop_requested dismissed = [this] { return stopping_tasks_.load(); };
    for (;;) {
        std::vector<scheduled_task> ended; // destroyed outside the lock: may close resources
        {
            const std::lock_guard lock(mutex_);
            if (closing_)
                return;
            if (new_tasks_) {
                ended.swap(tasks);
                sockets.assign(1, {event_fd_, POLLIN, 0});
                for (auto& one : *new_tasks_)
                    tasks.push_back({std::move(one), {clock::time_point::min()}});
                sockets.resize(1 + tasks.size(), {-1, POLLIN, 0});
                new_tasks_.reset();
                stopping_tasks_ = false;
            }
        }
        ended.clear();
        const bool woken = wake_requested_.exchange(false);
        auto earliest = clock::time_point::max();
        for (std::size_t i = 0; i < tasks.size() && !stopping_tasks_; ++i) {
            scheduled_task& one = tasks[i];
            pollfd& socket = sockets[i + 1];
            if (woken || socket.revents != 0 || clock::now() >= one.next.time) {
                try {
                    one.next = one.task(dismissed);
                } catch (const std::exception&) {
                    // Tasks report their errors themselves; this can only be a lack of memory.
                    one.next = {in_seconds(1)};
                }
            }
            socket = {one.next.socket, POLLIN, 0}; // poll(2) ignores negative descriptors
            earliest = std::min(earliest, one.next.time);
        }
        if (stopping_tasks_)
            continue;
        (void)poll(sockets.data(), sockets.size(), milliseconds_until(earliest));
        std::uint64_t count = 0;
        if ((sockets[0].revents & POLLIN) != 0)
            (void)!read(event_fd_, &count, sizeof count);
    }
}

} // namespace pgsql::postgres
