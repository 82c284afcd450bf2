// virtual_checks.hpp: tests the queries for entries that no row has.
#pragma once

#include "mapping/mapping.hpp"

#include <string>

namespace pgsql::postgres {
class connection;
class error;
struct wait_options;
} // namespace pgsql::postgres

namespace pgsql::slapd {

/// Whether PostgreSQL refuses the name, and not the statement: a constraint, or an exception that a
/// function of the administrator raises.
[[nodiscard]] bool refuses_name(const postgres::error& e) noexcept;

/// Runs the query, in a transaction that is rolled back if it writes, with a name that is NULL. Why
/// it cannot be used; empty if it can. Throws other postgres::errors.
[[nodiscard]] std::string problem_of_virtual(const directory::virtual_query& query,
                                             postgres::connection& session,
                                             const postgres::wait_options& options);

/// The number that a query without `write` returns for different names; empty if it does not, or
/// if it returns no row for the names that are tried.
[[nodiscard]] std::string number_for_all(const directory::mapping& map, const directory::kind& kind,
                                         const directory::virtual_query& query,
                                         postgres::connection& session,
                                         const postgres::wait_options& options);

} // namespace pgsql::slapd
