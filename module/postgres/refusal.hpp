// refusal.hpp: classifies libpq's messages of failed connection attempts: can a retry succeed?
#pragma once

#include <string>
#include <string_view>

namespace pgsql::postgres {

/// A failed attempt to connect to one host.
struct connection_failure {
    std::string text;     ///< in one line, perhaps with a hint
    std::string sqlstate; ///< of PostgreSQL's last error message; empty if there was none
    /// Whether every attempt fails until an administrator changes the server or the address.
    bool refused = false;
};

/// `message` is libpq's, with PQERRORS_VERBOSE. The hint contains the names.
[[nodiscard]] connection_failure read_failure(std::string_view message, const std::string& database,
                                              const std::string& role);

/// The same for a statement that PostgreSQL or a pooler rejected at the start of the session.
[[nodiscard]] connection_failure read_failure(std::string_view message, std::string sqlstate,
                                              const std::string& database, const std::string& role);

/// The message in one line, without control characters.
[[nodiscard]] std::string one_line(std::string_view message);

} // namespace pgsql::postgres
