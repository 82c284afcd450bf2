// stalled_clients.cpp: gives slapd its workers back from clients that do not read their answers.
#include "slapd/serving/stalled_clients.hpp"

#include "slapd/core/client_address.hpp"
#include "slapd/serving/socket_progress.hpp"

#include <sys/socket.h>

#include <algorithm>

namespace pgsql::slapd {
namespace {

// How often it looks while all is well, and while it is not.
constexpr double seldom = 1;
constexpr double often = 0.1;
// A client that has taken nothing for so long does not read. One that is only slow has taken some.
constexpr auto patience = std::chrono::seconds(1);
// The same for an address from which a client was disconnected lately.
constexpr auto short_patience = std::chrono::milliseconds(200);
constexpr auto lately = std::chrono::seconds(60);
constexpr std::size_t most_addresses = 1000;

class stalled_clients {
public:
    explicit stalled_clients(service& service) : service_(service.weak_from_this()) {}

    postgres::next_run look()
    {
        int busy = 0;
        if (ldap_pvt_thread_pool_query(&connection_pool, LDAP_PVT_THREAD_POOL_PARAM_BACKLOAD,
                                       &busy) != 0 ||
            busy < connection_pool_max / 2) {
            clients_.clear();
            return {in_seconds(seldom)};
        }
        observe();
        disconnect(too_many());
        return {in_seconds(often)};
    }

private:
    struct client {
        std::uint64_t bytes_taken = 0;
        clock::time_point since;
        int workers = 0; ///< that wait for it
        std::string address;
    };
    using clients = std::map<unsigned long, client>; ///< by the number of the connection

    template <typename Visit> static void each_blocked(Visit visit)
    {
        ber_socket_t index = 0;
        Connection* c = connection_first(&index);
        try {
            for (; c != nullptr; c = connection_next(c, &index)) // locked meanwhile
                if (c->c_writewaiter != 0)
                    visit(*c);
        } catch (...) {
            connection_done(c);
            throw;
        }
    }

    void observe()
    {
        clients now;
        each_blocked([&](const Connection& c) {
            client seen{socket_progress(c.c_sd), clock::now(), std::max(1, c.c_writers),
                        address_of(c)};
            const auto before = clients_.find(c.c_connid);
            if (before != clients_.end() && before->second.bytes_taken == seen.bytes_taken)
                seen.since = before->second.since;
            now.emplace(c.c_connid, seen);
        });
        clients_ = std::move(now);
    }

    [[nodiscard]] clock::duration patience_with(const client& one) const
    {
        const auto before = disconnected_.find(one.address);
        const bool again = before != disconnected_.end() && clock::now() - before->second < lately;
        return again ? clock::duration(short_patience) : clock::duration(patience);
    }

    // The clients to disconnect.
    [[nodiscard]] std::set<unsigned long> too_many() const
    {
        std::vector<std::pair<unsigned long, client>> all(clients_.begin(), clients_.end());
        std::sort(all.begin(), all.end(),
                  [](const auto& a, const auto& b) { return a.second.since < b.second.since; });
        int workers = 0;
        for (const auto& one : all)
            workers += one.second.workers;
        std::set<unsigned long> out;
        for (const auto& [number, one] : all) {
            if (workers <= std::max(1, connection_pool_max / 4))
                break;
            if (clock::now() - one.since < patience_with(one))
                continue;
            workers -= one.workers;
            out.insert(number);
        }
        return out;
    }

    void disconnect(const std::set<unsigned long>& whom)
    {
        if (whom.empty())
            return;
        each_blocked([&](const Connection& c) {
            if (!whom.contains(c.c_connid))
                return;
            // slapd, which waits for the socket, sees that it is closed and does the rest; what
            // lies in it is thrown away then, instead of being kept for the client.
            const linger none{.l_onoff = 1, .l_linger = 0};
            (void)setsockopt(c.c_sd, SOL_SOCKET, SO_LINGER, &none, sizeof none);
            (void)shutdown(c.c_sd, SHUT_RDWR);
            if (disconnected_.size() >= most_addresses)
                disconnected_.clear();
            disconnected_[address_of(c)] = clock::now();
            Debug(LDAP_DEBUG_STATS, "conn=%lu pgsql: disconnected, since it does not read\n",
                  c.c_connid);
            if (const auto service = service_.lock())
                service->warn_throttled(
                    "stalled clients",
                    "clients that do not read their answers hold too many of slapd's "
                    "threads and are disconnected, such as " +
                        std::string(to_string_view(c.c_peer_name)));
        });
    }

    const std::weak_ptr<service> service_;
    clients clients_;
    std::map<std::string, clock::time_point> disconnected_; ///< the last time, by address
};

} // namespace

postgres::maintenance_thread::task watch_for_stalled_clients(service& service)
{
    return [s = std::make_shared<stalled_clients>(service)](const auto&) { return s->look(); };
}

} // namespace pgsql::slapd
