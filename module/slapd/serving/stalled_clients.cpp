// stalled_clients.cpp: disconnects clients that block slapd's threads because they do not read
// their responses.
#include "slapd/serving/stalled_clients.hpp"

#include "slapd/core/client_address.hpp"
#include "slapd/serving/socket_progress.hpp"

#include <fmt/core.h>

#include <sys/socket.h>

#include <algorithm>

namespace pgsql::slapd {
namespace {

// The check interval in seconds: normally, and while many threads are busy.
constexpr double normal_interval = 1;
constexpr double busy_interval = 0.1;
// A client that received nothing for this long does not read. A slow client receives some data.
constexpr auto stall_timeout = std::chrono::seconds(1);
// The same for an address whose client was disconnected recently.
constexpr auto short_stall_timeout = std::chrono::milliseconds(200);
constexpr auto recent = std::chrono::seconds(60);
constexpr std::size_t max_addresses = 1000;

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
            return {in_seconds(normal_interval)};
        }
        observe();
        disconnect(clients_to_disconnect());
        return {in_seconds(busy_interval)};
    }

private:
    struct client {
        std::uint64_t bytes_taken = 0;
        clock::time_point since;
        int workers = 0; ///< threads that wait for it
        std::string address;
    };
    using clients = std::map<unsigned long, client>; ///< by connection ID

    template <typename Visit> static void each_blocked(Visit visit)
    {
        ber_socket_t index = 0;
        Connection* c = connection_first(&index);
        try {
            for (; c != nullptr; c = connection_next(c, &index)) // locks each connection
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

    [[nodiscard]] clock::duration stall_timeout_of(const client& one) const
    {
        const auto before = disconnected_.find(one.address);
        const bool again = before != disconnected_.end() && clock::now() - before->second < recent;
        return again ? clock::duration(short_stall_timeout) : clock::duration(stall_timeout);
    }

    // The clients to disconnect.
    [[nodiscard]] std::set<unsigned long> clients_to_disconnect() const
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
            if (clock::now() - one.since < stall_timeout_of(one))
                continue;
            workers -= one.workers;
            out.insert(number);
        }
        return out;
    }

    void disconnect(const std::set<unsigned long>& connection_ids)
    {
        if (connection_ids.empty())
            return;
        each_blocked([&](const Connection& c) {
            if (!connection_ids.contains(c.c_connid))
                return;
            // slapd waits for the socket, detects that it is closed and cleans up. Queued data is
            // discarded then instead of being kept for the client.
            const linger none{.l_onoff = 1, .l_linger = 0};
            (void)setsockopt(c.c_sd, SOL_SOCKET, SO_LINGER, &none, sizeof none);
            (void)shutdown(c.c_sd, SHUT_RDWR);
            if (disconnected_.size() >= max_addresses)
                disconnected_.clear();
            disconnected_[address_of(c)] = clock::now();
            write_operation_log(
                fmt::format("conn={}", c.c_connid).c_str(),
                {log_event::clients_stalled, "", "disconnected, client does not read responses"});
            if (const auto service = service_.lock())
                service->log({log_event::clients_stalled, "",
                              fmt::format("disconnecting clients that do not read their responses "
                                          "and block too many of slapd's threads, such as {}",
                                          to_string_view(c.c_peer_name))});
        });
    }

    const std::weak_ptr<service> service_;
    clients clients_;
    std::map<std::string, clock::time_point>
        disconnected_; ///< the time of the last disconnect, by address
};

} // namespace

postgres::maintenance_thread::task watch_for_stalled_clients(service& service)
{
    return [s = std::make_shared<stalled_clients>(service)](const auto&) { return s->look(); };
}

} // namespace pgsql::slapd
