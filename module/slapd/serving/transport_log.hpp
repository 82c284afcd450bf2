// transport_log.hpp: says in the log how a database's sessions travel, and warns if hashes can be
// read on the way.
#pragma once

#include "postgres/transport.hpp"

#include <map>
#include <mutex>
#include <optional>
#include <string>

namespace pgsql::slapd {

class transport_log {
public:
    /// `label` is what lines of the log begin with.
    explicit transport_log(std::string label) : label_(std::move(label)) {}

    /// A session was opened, by the pool of this name. Said once for each server and pool, and when
    /// it changes.
    void opened(const std::string& pool, const postgres::transport& how);
    /// Whether the answers have password hashes, once that is known.
    void carries_hashes(bool whether);

private:
    void warn(const postgres::transport& how) const; ///< with the lock held

    const std::string label_;
    std::mutex guard_;
    std::map<std::string, postgres::transport> transports_; ///< by pool and server
    std::optional<bool> carries_hashes_;
};

} // namespace pgsql::slapd
