// filter_server.hpp: lets a PostgreSQL server judge the statements, where one is named.
#pragma once

#include "sql/statement.hpp"

namespace pgsql::fuzz {

/// Runs the statement at the server that the environment's FUZZ_SERVER (a conninfo) names; it must
/// accept it.
void require_accepted(const postgres::statement& made);

} // namespace pgsql::fuzz
