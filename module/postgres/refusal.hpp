// refusal.hpp: turns what libpq says of a failed attempt to connect into whether another attempt
// can succeed.
#pragma once

#include <string>
#include <string_view>

namespace pgsql::postgres {

/// A failed attempt to connect to one host.
struct connection_failure {
    std::string text;     ///< in one line, perhaps with a hint
    std::string sqlstate; ///< of PostgreSQL's last word; empty if there was none
    /// Whether every attempt fails until somebody changes the server or the address.
    bool refused = false;
};

/// `message` is libpq's, with PQERRORS_VERBOSE. The names are for the hint.
[[nodiscard]] connection_failure read_failure(std::string_view message, const std::string& database,
                                              const std::string& role);

/// The same for a statement that PostgreSQL, or a proxy, refused at the begin of the session.
[[nodiscard]] connection_failure read_failure(std::string_view message, std::string sqlstate,
                                              const std::string& database, const std::string& role);

/// In one line, whatever the server sends.
[[nodiscard]] std::string one_line(std::string_view message);

} // namespace pgsql::postgres
