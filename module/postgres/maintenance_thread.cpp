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
    watch::duty what;
    appointment next;
};

} // namespace

watch::watch() : bell_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK))
{
    if (bell_ < 0)
        throw std::system_error(errno, std::generic_category(), "eventfd");
}

watch::~watch()
{
    close();
    ::close(bell_);
}

void watch::ring() const noexcept
{
    const std::uint64_t one = 1;
    (void)!write(bell_, &one, sizeof one); // it can fail only when it rings already
}

void watch::begin()
{
    if (!thread_.joinable() && !fresh_->empty())
        thread_ = begin_thread([this] { run(); });
}

void watch::take_on(std::vector<duty> duties)
{
    std::optional<std::vector<duty>> never_begun; // let go of outside the lock
    {
        const std::lock_guard lock(guard_);
        if (closing_)
            return;
        never_begun = std::exchange(fresh_, std::move(duties));
        begin();
        dismissed_ = true;
    }
    ring();
}

void watch::wake() noexcept
{
    woken_ = true;
    ring();
}

void watch::close() noexcept
{
    std::thread ending;
    std::optional<std::vector<duty>> never_begun;
    {
        const std::lock_guard lock(guard_);
        closing_ = true;
        dismissed_ = true;
        ending = std::move(thread_);
        never_begun = std::exchange(fresh_, std::nullopt);
    }
    ring();
    if (ending.joinable())
        ending.join();
}

void watch::run() noexcept
{
    std::vector<post> posts;
    std::vector<pollfd> sockets; // the bell's, and then one for each post
    const dismissal dismissed = [this] { return dismissed_.load(); };
    for (;;) {
        std::vector<post> ended; // outside the lock: what they hold may have to be closed
        {
            const std::lock_guard lock(guard_);
            if (closing_)
                return;
            if (fresh_) {
                ended.swap(posts);
                sockets.assign(1, {bell_, POLLIN, 0});
                for (auto& one : *fresh_)
                    posts.push_back({std::move(one), {clock::time_point::min()}});
                sockets.resize(1 + posts.size(), {-1, POLLIN, 0});
                fresh_.reset();
                dismissed_ = false;
            }
        }
        ended.clear();
        const bool woken = woken_.exchange(false);
        auto earliest = clock::time_point::max();
        for (std::size_t i = 0; i < posts.size() && !dismissed_; ++i) {
            post& one = posts[i];
            pollfd& socket = sockets[i + 1];
            if (woken || socket.revents != 0 || clock::now() >= one.next.at) {
                try {
                    one.next = one.what(dismissed);
                } catch (const std::exception&) {
                    // Duties report their own troubles; this can only be a lack of memory.
                    one.next = {in_seconds(1)};
                }
            }
            socket = {one.next.socket, POLLIN, 0}; // poll(2) passes over negative ones
            earliest = std::min(earliest, one.next.at);
        }
        if (dismissed_)
            continue;
        (void)poll(sockets.data(), sockets.size(), milliseconds_until(earliest));
        std::uint64_t rung = 0;
        if ((sockets[0].revents & POLLIN) != 0)
            (void)!read(bell_, &rung, sizeof rung);
    }
}

} // namespace pgsql::postgres
