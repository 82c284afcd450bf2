// filter_statement.hpp: what every statement that is made of a filter promises.
#pragma once

#include "sql/statement.hpp"

namespace pgsql::fuzz {

/// Its text has no value of the client's, and its parameters are numbered without a gap.
void require_sound(const postgres::statement& made);

} // namespace pgsql::fuzz
