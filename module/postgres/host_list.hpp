// host_list.hpp: the hosts of a connection URI in the order in which an attempt tries them.
#pragma once

#include "base/deadline.hpp"

#include <mutex>
#include <string>
#include <vector>

namespace pgsql::postgres {

/// libpq tries the hosts without time limits of their own: its asynchronous connect leaves timeouts
/// to the caller. A host that accepts the connection and does not reply would use up the whole
/// time. So this class gives each host a slice of it.
class host_list {
public:
    struct host {
        std::string name;
        std::string address;
        std::string port;
        /// libpq's target_session_attrs; empty: as in the URI.
        std::string session_attrs;
        std::size_t index = 0; ///< in the URI
    };

    /// `session` overrides the URI's target_session_attrs unless it is empty. Throws
    /// std::invalid_argument if libpq cannot parse the URI.
    host_list(const std::string& uri, const std::string& session);

    /// The number of hosts in the URI; 0 if libpq handles them.
    [[nodiscard]] std::size_t size() const noexcept { return hosts_.size(); }
    /// The hosts to try, in the order of the URI, except that those recently set aside are last.
    /// Never empty: for a host without name, address and port, libpq uses the URI.
    [[nodiscard]] std::vector<host> candidates() const;
    /// Records that the host did not reply within its slice, or refused a session permanently.
    void set_aside(const host& entry);
    void mark_reachable(const host& entry);

private:
    std::vector<host> hosts_;
    std::string session_attrs_;
    mutable std::mutex mutex_;
    std::vector<clock::time_point> set_aside_; ///< when each host was last set aside
};

} // namespace pgsql::postgres
