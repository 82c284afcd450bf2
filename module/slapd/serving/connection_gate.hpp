// connection_gate.hpp: makes slapd refuse new connections while the databases that request it are
// down.
#pragma once

namespace pgsql::slapd {

/// The vote of one database. New connections are refused while every voter requests it. Existing
/// connections and local sockets (ldapi) are not affected, so administrators keep access.
class listener_vote {
public:
    listener_vote() noexcept;
    listener_vote(const listener_vote&) = delete;
    listener_vote& operator=(const listener_vote&) = delete;
    ~listener_vote();

    /// Whether the listeners are in the resulting state; if not, vote again a little later.
    bool vote(bool wanted) noexcept;

private:
    bool wanted_ = false;
};

} // namespace pgsql::slapd
