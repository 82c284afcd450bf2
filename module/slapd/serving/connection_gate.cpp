// connection_gate.cpp: makes slapd refuse new connections while the databases that request it are
// down.
//
// With slapd's own slap_suspend_listeners the kernel still accepts connections into the queue,
// where clients wait in vain. On Linux shutdown(2) ends the listening state of a socket and keeps
// its address (tcp_disconnect; SOCK_BINDPORT_LOCK), and listen(2) restores it. In between the
// socket counts as hung up, which slapd's epoll would report continuously. Therefore the socket is
// removed from the epoll for that time. slapd's own data about its sockets is not modified.
#include "slapd/serving/connection_gate.hpp"

#include "slapd/core/log_event.hpp"
#include "slapd/core/slapd.hpp"

#include <fmt/core.h>

#include <dirent.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <fstream>

namespace pgsql::slapd {
namespace {

// daemon.c, SLAPD_LISTEN_BACKLOG
constexpr int backlog = 2048;

/// A listener of slapd and the epoll that watches its socket.
struct refusing_listener {
    Listener* listener;
    int socket;
    int epoll;
};

// slapd does not expose its epoll; the kernel does (proc(5), fdinfo). The right epoll watches this
// socket and carries the address of this listener as its data.
int epoll_of(const Listener& listener)
{
    const std::unique_ptr<DIR, int (*)(DIR*)> all(opendir("/proc/self/fd"), closedir);
    while (const dirent* one = all != nullptr ? readdir(all.get()) : nullptr) {
        std::array<char, 64> kind{};
        const std::string name = one->d_name;
        if (readlink(("/proc/self/fd/" + name).c_str(), kind.data(), kind.size() - 1) < 0 ||
            std::string_view(kind.data()) != "anon_inode:[eventpoll]")
            continue;
        std::ifstream info("/proc/self/fdinfo/" + name);
        std::string word;
        long long socket = -1;
        while (info >> word) {
            if (word == "tfd:")
                info >> std::dec >> socket;
            std::uint64_t data = 0;
            if (word == "data:" && info >> std::hex >> data && socket == listener.sl_sd &&
                data == reinterpret_cast<std::uintptr_t>(&listener))
                return std::stoi(name);
        }
    }
    return -1;
}

// Local sockets and UDP are excluded.
bool is_tcp_listener(int socket)
{
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    int type = 0;
    socklen_t type_size = sizeof type;
    return getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) == 0 &&
           address.ss_family != AF_UNIX &&
           getsockopt(socket, SOL_SOCKET, SO_TYPE, &type, &type_size) == 0 && type == SOCK_STREAM;
}

/// All databases of slapd share its listeners and this object, which is never destroyed.
class listener_switch {
public:
    void vote(int voters, int refusing)
    {
        const std::lock_guard lock(mutex_);
        voters_ += voters;
        refusing_votes_ += refusing;
    }

    bool apply()
    {
        const std::lock_guard lock(mutex_);
        if (slapd_shutdown != 0)
            return true; // slapd closes them
        const bool refuse = voters_ > 0 && refusing_votes_ == voters_;
        if (refuse && refusing_listeners_.empty())
            close();
        else if (!refuse && !refusing_listeners_.empty())
            open();
        return refuse != refusing_listeners_.empty();
    }

private:
    void close()
    {
        Listener** const all = slapd_get_listeners();
        for (Listener** one = all; one != nullptr && *one != nullptr; ++one) {
            const int socket = (*one)->sl_sd;
            if (socket == AC_SOCKET_INVALID || !is_tcp_listener(socket))
                continue;
            const int epoll = epoll_of(**one);
            if (epoll < 0 || epoll_ctl(epoll, EPOLL_CTL_DEL, socket, nullptr) != 0) {
                write_log({log_event::listener_failed, to_string_view((*one)->sl_url),
                           "slapd's epoll is not found",
                           "pgsql-refuse-after does not refuse new connections"});
                continue;
            }
            shutdown(socket, SHUT_RD);
            refusing_listeners_.push_back({*one, socket, epoll});
        }
        if (!refusing_listeners_.empty())
            write_log({log_event::listeners_closed, "pgsql-refuse-after",
                       "refusing new connections until the database is available"});
    }

    void open()
    {
        std::erase_if(refusing_listeners_, [](const refusing_listener& one) {
            epoll_event event{};
            event.events = EPOLLIN;
            event.data.ptr = one.listener;
            if (listen(one.socket, backlog) == 0 &&
                epoll_ctl(one.epoll, EPOLL_CTL_ADD, one.socket, &event) == 0)
                return true;
            write_log({log_event::listener_failed, to_string_view(one.listener->sl_url),
                       fmt::format("cannot accept connections again: {}", strerror(errno)),
                       "will retry"});
            return false;
        });
        if (refusing_listeners_.empty())
            write_log({log_event::listeners_open, "pgsql-refuse-after",
                       "accepting new connections again"});
    }

    std::mutex mutex_;
    int voters_ = 0;
    int refusing_votes_ = 0;
    std::vector<refusing_listener> refusing_listeners_;
};

listener_switch& shared_switch()
{
    static listener_switch& only = *new listener_switch;
    return only;
}

} // namespace

listener_vote::listener_vote() noexcept { shared_switch().vote(1, 0); }

listener_vote::~listener_vote()
{
    try {
        shared_switch().vote(-1, wanted_ ? -1 : 0);
        (void)shared_switch().apply();
    } catch (const std::exception& e) {
        write_log({log_event::internal_error, "pgsql-refuse-after", e.what()});
    }
}

bool listener_vote::vote(bool wanted) noexcept
{
    try {
        if (wanted != wanted_)
            shared_switch().vote(0, wanted ? 1 : -1);
        wanted_ = wanted;
        return shared_switch().apply();
    } catch (const std::exception& e) {
        write_log({log_event::internal_error, "pgsql-refuse-after", e.what()});
        return false;
    }
}

} // namespace pgsql::slapd
