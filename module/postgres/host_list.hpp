// host_list.hpp: turns a connection URI into the hosts that one attempt to connect tries, one after
// the other.
#pragma once

#include "base/deadline.hpp"

#include <mutex>
#include <string>
#include <vector>

namespace pgsql::postgres {

/// What libpq tries every host with would let one that accepts and stays silent use up the whole
/// time: libpq leaves the clock to whoever uses its asynchronous connect. So each host gets its
/// slice here.
class host_list {
public:
    struct host {
        std::string name;
        std::string address;
        std::string port;
        /// libpq's target_session_attrs; empty: as the URI says.
        std::string session_attrs;
        std::size_t index = 0; ///< among the URI's
    };

    /// `session` takes the place of the URI's target_session_attrs, unless empty. Throws
    /// std::invalid_argument if libpq cannot read the URI.
    host_list(const std::string& uri, const std::string& session);

    /// How many hosts the URI names; 0 when that is left to libpq.
    [[nodiscard]] std::size_t size() const noexcept { return hosts_.size(); }
    /// What to try, in the order of the URI, but those last that were set aside
    /// lately. Never empty: a host without name, address and port is whatever libpq makes of the
    /// URI.
    [[nodiscard]] std::vector<host> candidates() const;
    /// It did not answer in its slice of the time, or refused a session for good.
    void set_aside(const host& entry);
    void mark_reachable(const host& entry);

private:
    std::vector<host> hosts_;
    std::string session_attrs_;
    mutable std::mutex mutex_;
    std::vector<clock::time_point> set_aside_; ///< when each of them was last
};

} // namespace pgsql::postgres
