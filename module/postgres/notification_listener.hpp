// notification_listener.hpp: hears NOTIFY on one channel, over a session of its own, and says when
// it cannot.
#pragma once

#include "postgres/connection.hpp"
#include "postgres/maintenance_thread.hpp"

namespace pgsql::postgres {

class ear {
public:
    /// All of them are called in the watch's thread.
    struct listener {
        /// From now on no NOTIFY is missed; before, any number may have been.
        std::function<void()> on_ready;
        /// One or more have come.
        std::function<void()> on_notify;
        /// Every NOTIFY that was sent before `since` has been told of. After on_ready, and then
        /// every second or so. May ask the session something; an error ends it.
        std::function<void(connection& session, clock::time_point since, const patience& limits)>
            on_word = [](connection&, clock::time_point, const patience&) {};
        /// None is heard, until on_ready. Said once, however many attempts to connect fail.
        std::function<void(const std::string& why)> on_lost;
    };

    /// PostgreSQL at `where` must be a primary (standbys do not know LISTEN), and its sessions must
    /// not be shared by a proxy.
    ear(target where, std::string channel, listener tell, std::shared_ptr<traffic> counted);

    /// A duty of the watch: connects when there is no session, hears, and asks now and then whether
    /// the session is still there, since a dead network is silent.
    [[nodiscard]] appointment listen(const watch::dismissal& dismissed);

private:
    void connect(const patience& limits);
    void hear(const patience& limits);
    void pass_on(clock::time_point since, const patience& limits);

    const target where_;
    const std::string channel_;
    const listener tell_;
    const std::shared_ptr<traffic> counted_;
    std::unique_ptr<connection> session_;
    clock::time_point heard_; ///< when the session last gave a sign of life
    double pause_;            ///< seconds until the next attempt to connect
    bool lost_ = false;       ///< and said so
};

} // namespace pgsql::postgres
