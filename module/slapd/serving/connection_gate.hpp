// connection_gate.hpp: has slapd refuse new connections while the databases that ask for it are
// away.
#pragma once

namespace pgsql::slapd {

/// One database's say. Connections are refused while everybody who has one says so; those that
/// exist go on, and so do sockets of this machine (ldapi), for whoever looks after it.
class listener_vote {
public:
    listener_vote() noexcept;
    listener_vote(const listener_vote&) = delete;
    listener_vote& operator=(const listener_vote&) = delete;
    ~listener_vote();

    /// Whether what it leads to has come about; else it is worth saying again a little later.
    bool vote(bool wanted) noexcept;

private:
    bool wanted_ = false;
};

} // namespace pgsql::slapd
