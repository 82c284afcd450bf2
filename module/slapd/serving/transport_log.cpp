// transport_log.cpp: logs how sessions are transported, and warns if password hashes can be read on
// the network.
#include "slapd/serving/transport_log.hpp"

#include "slapd/core/log_event.hpp"
#include "slapd/core/slapd.hpp"

#include <cerrno>

namespace pgsql::slapd {
namespace {

// Other tools do not read hashes.
bool in_slaptest() { return std::string_view(program_invocation_short_name) == "slaptest"; }

} // namespace

void transport_log::opened(const std::string& pool, const postgres::transport& how)
{
    const std::lock_guard lock(mutex_);
    const auto [at, fresh] = transports_.try_emplace(pool + how.peer, how);
    if (!fresh && at->second.encryption == how.encryption)
        return;
    at->second = how;
    if (in_server())
        write_log({log_event::session_opened, pool, "connected to PostgreSQL at " + how.text()},
                  label_.c_str());
    if (carries_hashes_.value_or(false))
        warn(how);
}

void transport_log::carries_hashes(bool carries)
{
    const std::lock_guard lock(mutex_);
    if (carries_hashes_ == carries)
        return;
    carries_hashes_ = carries;
    if (carries)
        for (const auto& [server, how] : transports_)
            warn(how);
}

void transport_log::warn(const postgres::transport& how) const
{
    if (how.exposed() && (in_server() || in_slaptest()))
        write_log({log_event::session_unencrypted, how.peer,
                   "the session is not encrypted, and password hashes can be read on the network",
                   "use sslmode=verify-full and sslrootcert in pgsql-uri"},
                  label_.c_str());
}

} // namespace pgsql::slapd
