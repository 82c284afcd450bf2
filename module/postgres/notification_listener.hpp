// notification_listener.hpp: receives NOTIFY of one channel in a dedicated session.
#pragma once

#include "postgres/connection.hpp"
#include "postgres/maintenance_thread.hpp"

namespace pgsql::postgres {

class notification_listener {
public:
    /// All of them are called in the maintenance thread.
    struct callbacks {
        /// From now on no NOTIFY is missed; earlier ones may have been.
        std::function<void()> on_ready;
        /// One or more NOTIFY have arrived.
        std::function<void()> on_notify;
        /// Every NOTIFY sent before `since` has been reported. Called after on_ready, and then
        /// about every second. May run statements in the session; an error ends the session.
        std::function<void(connection& session, clock::time_point since,
                           const wait_options& options)>
            on_caught_up = [](connection&, clock::time_point, const wait_options&) {};
        /// No NOTIFY is received until on_ready. Called once, however many attempts to connect
        /// fail.
        std::function<void(const std::string& error)> on_lost;
    };

    /// `server` must be a primary (standbys do not support LISTEN), without a pooler that shares
    /// sessions.
    notification_listener(endpoint server, std::string channel, callbacks events,
                          std::shared_ptr<pool_stats> stats);

    /// A task of the maintenance thread: connects if there is no session, receives notifications,
    /// and tests the session now and then, because a dead network reports no error.
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
    clock::time_point last_reply_; ///< the last time the server sent something
    double retry_interval_;        ///< seconds until the next attempt to connect
    bool reported_lost_ = false;   ///< on_lost was called since on_ready
};

} // namespace pgsql::postgres
