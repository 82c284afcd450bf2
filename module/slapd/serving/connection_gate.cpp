// connection_gate.cpp: has slapd refuse new connections while the databases that ask for it are
// away.
//
// What slapd itself has for that, slap_suspend_listeners, lets the kernel go on and accept into the
// queue, where clients wait in vain. On Linux shutdown(2) takes a socket out of the listening state
// with its address kept (tcp_disconnect; SOCK_BINDPORT_LOCK), and listen(2) brings it back. In
// between the socket counts as hung up, which slapd's epoll would report over and over, so it is
// taken out there for as long. What slapd notes about its sockets stays as it is.
#include "slapd/serving/connection_gate.hpp"

#include "slapd/core/slapd.hpp"

#include <dirent.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <fstream>

namespace pgsql::slapd {
namespace {

// daemon.c, SLAPD_LISTEN_BACKLOG
constexpr int backlog = 2048;

/// Where a listener of slapd's is waited for.
struct waited_for {
    Listener* listener;
    int socket;
    int epoll;
};

// slapd keeps its epoll to itself; the kernel tells (proc(5), fdinfo). It is the right one when it
// waits for this socket on behalf of this listener.
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

// Local sockets and UDP are left alone.
bool takes_clients(int socket)
{
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    int type = 0;
    socklen_t type_size = sizeof type;
    return getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) == 0 &&
           address.ss_family != AF_UNIX &&
           getsockopt(socket, SOL_SOCKET, SO_TYPE, &type, &type_size) == 0 && type == SOCK_STREAM;
}

/// slapd's listeners belong to all of its databases, and so does this; it is never destroyed.
class doors {
public:
    void vote(int voters, int refusing)
    {
        const std::lock_guard lock(guard_);
        voters_ += voters;
        refusing_ += refusing;
    }

    bool settle()
    {
        const std::lock_guard lock(guard_);
        if (slapd_shutdown != 0)
            return true; // slapd closes them
        const bool shut = voters_ > 0 && refusing_ == voters_;
        if (shut && shut_.empty())
            close();
        else if (!shut && !shut_.empty())
            open();
        return shut != shut_.empty();
    }

private:
    void close()
    {
        Listener** const all = slapd_get_listeners();
        for (Listener** one = all; one != nullptr && *one != nullptr; ++one) {
            const int socket = (*one)->sl_sd;
            if (socket == AC_SOCKET_INVALID || !takes_clients(socket))
                continue;
            const int epoll = epoll_of(**one);
            if (epoll < 0 || epoll_ctl(epoll, EPOLL_CTL_DEL, socket, nullptr) != 0) {
                Debug(LDAP_DEBUG_ANY,
                      "pgsql-refuse-after: it cannot be found out how slapd waits for %s, so new "
                      "connections to it are not refused\n",
                      (*one)->sl_url.bv_val);
                continue;
            }
            shutdown(socket, SHUT_RD);
            shut_.push_back({*one, socket, epoll});
        }
        if (!shut_.empty())
            Debug(LDAP_DEBUG_ANY,
                  "pgsql-refuse-after: new connections are refused until the database "
                  "is back\n");
    }

    void open()
    {
        std::erase_if(shut_, [](const waited_for& one) {
            epoll_event event{};
            event.events = EPOLLIN;
            event.data.ptr = one.listener;
            if (listen(one.socket, backlog) == 0 &&
                epoll_ctl(one.epoll, EPOLL_CTL_ADD, one.socket, &event) == 0)
                return true;
            Debug(
                LDAP_DEBUG_ANY,
                "pgsql-refuse-after: %s cannot take connections again, which will be tried on: %s\n",
                one.listener->sl_url.bv_val, strerror(errno));
            return false;
        });
        if (shut_.empty())
            Debug(LDAP_DEBUG_ANY, "pgsql-refuse-after: new connections are taken again\n");
    }

    std::mutex guard_;
    int voters_ = 0;
    int refusing_ = 0;
    std::vector<waited_for> shut_;
};

doors& all_doors()
{
    static doors& only = *new doors;
    return only;
}

} // namespace

refusal_vote::refusal_vote() noexcept { all_doors().vote(1, 0); }

refusal_vote::~refusal_vote()
{
    try {
        all_doors().vote(-1, wanted_ ? -1 : 0);
        (void)all_doors().settle();
    } catch (const std::exception& e) {
        Debug(LDAP_DEBUG_ANY, "pgsql-refuse-after: %s\n", e.what());
    }
}

bool refusal_vote::refuse(bool wanted) noexcept
{
    try {
        if (wanted != wanted_)
            all_doors().vote(0, wanted ? 1 : -1);
        wanted_ = wanted;
        return all_doors().settle();
    } catch (const std::exception& e) {
        Debug(LDAP_DEBUG_ANY, "pgsql-refuse-after: %s\n", e.what());
        return false;
    }
}

} // namespace pgsql::slapd
