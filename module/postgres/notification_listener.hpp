// notification_listener.hpp: hears NOTIFY on one channel, over a session of its own, and says when
// it cannot.
#pragma once

#include "postgres/connection.hpp"
#include "postgres/maintenance_thread.hpp"

namespace pgsql::postgres {

class notification_listener {
public:
    /// All of them are called in the watch's thread.
    struct callbacks {
        /// From now on no NOTIFY is missed; before, any number may have been.
        std::function<void()> on_ready;
        /// One or more have come.
        std::function<void()> on_notify;
        /// Every NOTIFY that was sent before `since` has been told of. After on_ready, and then
        /// every second or so. May ask the session something; an error ends it.
        std::function<void(connection& session, clock::time_point since,
                           const wait_options& options)>
            on_caught_up = [](connection&, clock::time_point, const wait_options&) {};
        /// None is heard, until on_ready. Said once, however many attempts to connect fail.
        std::function<void(const std::string& error)> on_lost;
    };

    /// PostgreSQL at `where` must be a primary (standbys do not know LISTEN), and its sessions must
    /// not be shared by a proxy.
    notification_listener(endpoint server, std::string channel, callbacks events,
                          std::shared_ptr<pool_stats> stats);

    /// A duty of the watch: connects when there is no session, hears, and asks now and then whether
    /// the session is still there, since a dead network is silent.
    [[nodiscard]] next_run run(const maintenance_thread::stop_requested& dismissed);

private:
    void connect(const wait_options& options);
    void poll_notifications(const wait_options& options);
    void report_caught_up(clock::time_point since, const wait_options& options);

    const endpoint endpoint_;
    const std::string channel_;
    const callbacks callbacks_;
    const std::shared_ptr<pool_stats> stats_;
    std::unique_ptr<connection> session_;
    clock::time_point last_reply_; ///< when the session last gave a sign of life
    double retry_interval_;        ///< seconds until the next attempt to connect
    bool reported_lost_ = false;   ///< and said so
};

} // namespace pgsql::postgres
