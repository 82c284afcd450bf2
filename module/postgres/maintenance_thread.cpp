// maintenance_thread.cpp: a background thread of a database: does what is due at a time, or when a
// socket has something to say.
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

/// A duty, and when it is due.
struct post {
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
    (void)!write(event_fd_, &one, sizeof one); // it can fail only when it rings already
}

void maintenance_thread::begin()
{
    if (!thread_.joinable() && !new_tasks_->empty())
        thread_ = start_thread([this] { run(); });
}

void maintenance_thread::set_tasks(std::vector<task> duties)
{
    std::optional<std::vector<task>> never_begun; // let go of outside the lock
    {
        const std::lock_guard lock(mutex_);
        if (closing_)
            return;
        never_begun = std::exchange(new_tasks_, std::move(duties));
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
    std::vector<post> posts;
    std::vector<pollfd> sockets; // the bell's, and then one for each post
    const stop_requested dismissed = [this] { return stopping_tasks_.load(); };
    for (;;) {
        std::vector<post> ended; // outside the lock: what they hold may have to be closed
        {
            const std::lock_guard lock(mutex_);
            if (closing_)
                return;
            if (new_tasks_) {
                ended.swap(posts);
                sockets.assign(1, {event_fd_, POLLIN, 0});
                for (auto& one : *new_tasks_)
                    posts.push_back({std::move(one), {clock::time_point::min()}});
                sockets.resize(1 + posts.size(), {-1, POLLIN, 0});
                new_tasks_.reset();
                stopping_tasks_ = false;
            }
        }
        ended.clear();
        const bool woken = wake_requested_.exchange(false);
        auto earliest = clock::time_point::max();
        for (std::size_t i = 0; i < posts.size() && !stopping_tasks_; ++i) {
            post& one = posts[i];
            pollfd& socket = sockets[i + 1];
            if (woken || socket.revents != 0 || clock::now() >= one.next.time) {
                try {
                    one.next = one.task(dismissed);
                } catch (const std::exception&) {
                    // Duties report their own troubles; this can only be a lack of memory.
                    one.next = {in_seconds(1)};
                }
            }
            socket = {one.next.socket, POLLIN, 0}; // poll(2) passes over negative ones
            earliest = std::min(earliest, one.next.time);
        }
        if (stopping_tasks_)
            continue;
        (void)poll(sockets.data(), sockets.size(), milliseconds_until(earliest));
        std::uint64_t rung = 0;
        if ((sockets[0].revents & POLLIN) != 0)
            (void)!read(event_fd_, &rung, sizeof rung);
    }
}

} // namespace pgsql::postgres
