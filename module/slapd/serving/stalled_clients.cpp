// stalled_clients.cpp: disconnects clients that block slapd's threads because they read their
// responses slowly or not at all.
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
// A client that received nothing for this long does not read.
constexpr auto stall_timeout = std::chrono::milliseconds(1000);
// A client that was blocked for this long and received less than this rate reads slowly.
constexpr auto slow_timeout = std::chrono::milliseconds(3000);
constexpr double slow_rate = 1 << 20; // bytes per second
// The same for an address whose client was disconnected recently.
constexpr auto short_stall_timeout = std::chrono::milliseconds(200);
constexpr auto short_slow_timeout = std::chrono::milliseconds(300);
// A client that was not blocked for this long reads as fast as slapd writes.
constexpr auto unblocked_timeout = std::chrono::milliseconds(500);
constexpr auto recent = std::chrono::seconds(60);
constexpr std::size_t max_networks = 1000;

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
        socket_progress progress;
        clock::time_point unchanged_since; ///< the time since which it has received nothing
        socket_progress progress_before;   ///< when it was first blocked
        clock::time_point blocked_since;
        clock::time_point last_blocked;
        int workers = 0; ///< threads that wait for it
        std::string network;
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
        const auto now = clock::now();
        clients seen;
        each_blocked([&](const Connection& c) {
            const socket_progress progress = progress_of(c.c_sd);
            client one{progress, now, progress, now, now, std::max(1, c.c_writers), network_of(c)};
            if (const auto before = clients_.find(c.c_connid); before != clients_.end()) {
                one.progress_before = before->second.progress_before;
                one.blocked_since = before->second.blocked_since;
                if (before->second.progress == progress)
                    one.unchanged_since = before->second.unchanged_since;
            }
            seen.emplace(c.c_connid, std::move(one));
        });
        // A slow client is seen unblocked for moments as well.
        for (auto& [number, one] : clients_)
            if (now - one.last_blocked < unblocked_timeout && !seen.contains(number)) {
                one.workers = 0;
                seen.emplace(number, std::move(one));
            }
        clients_ = std::move(seen);
    }

    [[nodiscard]] bool reads_in_time(const client& one) const
    {
        const auto now = clock::now();
        const auto before = disconnected_.find(one.network);
        const bool again = before != disconnected_.end() && now - before->second < recent;
        if (now - one.unchanged_since >= (again ? short_stall_timeout : stall_timeout))
            return false;
        const std::chrono::duration<double> blocked = now - one.blocked_since;
        if (blocked < (again ? short_slow_timeout : slow_timeout) || !one.progress.is_bytes)
            return true;
        const auto bytes = one.progress.position - one.progress_before.position;
        return static_cast<double>(bytes) >= slow_rate * blocked.count();
    }

    // The clients to disconnect: those that have received nothing for the longest time first, then
    // those that have been blocked for the longest time.
    [[nodiscard]] std::set<unsigned long> clients_to_disconnect() const
    {
        std::vector<std::pair<unsigned long, client>> all(clients_.begin(), clients_.end());
        std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) {
            return std::pair(a.second.unchanged_since, a.second.blocked_since) <
                   std::pair(b.second.unchanged_since, b.second.blocked_since);
        });
        int workers = 0;
        for (const auto& one : all)
            workers += one.second.workers;
        std::set<unsigned long> out;
        for (const auto& [number, one] : all) {
            if (workers <= std::max(1, connection_pool_max / 4))
                break;
            if (one.workers == 0 || reads_in_time(one))
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
            if (disconnected_.size() >= max_networks)
                disconnected_.clear();
            disconnected_[network_of(c)] = clock::now();
            write_operation_log(
                fmt::format("conn={}", c.c_connid).c_str(),
                {log_event::clients_stalled, "", "disconnected, client does not read in time"});
            if (const auto service = service_.lock())
                service->log(
                    {log_event::clients_stalled, "",
                     fmt::format("disconnecting clients that do not read their responses "
                                 "in time and block too many of slapd's threads, such as {}",
                                 to_string_view(c.c_peer_name))});
        });
    }

    const std::weak_ptr<service> service_;
    clients clients_;
    std::map<std::string, clock::time_point>
        disconnected_; ///< the time of the last disconnect, by network
};

} // namespace

postgres::maintenance_thread::task watch_for_stalled_clients(service& service)
{
    return [s = std::make_shared<stalled_clients>(service)](const auto&) { return s->look(); };
}

} // namespace pgsql::slapd
