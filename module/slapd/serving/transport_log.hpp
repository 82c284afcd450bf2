// transport_log.hpp: logs how sessions are transported, and warns if password hashes can be read on
// the network.
#pragma once

#include "postgres/transport.hpp"

#include <map>
#include <mutex>
#include <optional>
#include <string>

namespace pgsql::slapd {

class transport_log {
public:
    /// `label` is the prefix of log lines.
    explicit transport_log(std::string label) : label_(std::move(label)) {}

    /// Call when a pool has opened a session; `pool` is its name, if there are two. Logged once for
    /// each server and pool, and after a change.
    void opened(const std::string& pool, const postgres::transport& how);
    /// Sets whether query results contain password hashes, once that is known.
    void carries_hashes(bool whether);

private:
    void warn(const postgres::transport& how) const; ///< with the lock held

    const std::string label_;
    std::mutex mutex_;
    std::map<std::string, postgres::transport> transports_; ///< by pool and server
    std::optional<bool> carries_hashes_;
};

} // namespace pgsql::slapd
