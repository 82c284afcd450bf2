// modifications.hpp: applies the modifications of a request to an entry, as slapd's databases do.
#pragma once

#include "slapd/core/entry_ptr.hpp"

namespace pgsql::slapd {

/// Applies them with slapd's own functions; those of userPassword are left out, since no entry
/// shows it. Throws operation_refused with the result of the first one that fails.
void apply_modifications(Operation& op, Entry& e, Modifications* mods);

} // namespace pgsql::slapd
