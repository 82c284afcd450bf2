// transport.hpp: the peer and the encryption of a session.
#pragma once

#include <libpq-fe.h>

#include <string>

namespace pgsql::postgres {

struct transport {
    std::string peer;       ///< "db.example.com (192.0.2.7) port 5432"
    std::string encryption; ///< "TLSv1.3"; empty: none
    bool local = false;     ///< over a Unix socket or the loopback interface

    /// Whether others on the network can read what is sent.
    [[nodiscard]] bool exposed() const noexcept { return encryption.empty() && !local; }
    /// "db.example.com (192.0.2.7) port 5432: TLSv1.3"
    [[nodiscard]] std::string text() const;
};

[[nodiscard]] transport transport_of(PGconn* session);

} // namespace pgsql::postgres
