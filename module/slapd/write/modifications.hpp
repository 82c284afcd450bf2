// modifications.hpp: applies the modifications of a request to an entry, as slapd's databases do.
#pragma once

#include "slapd/core/entry_ptr.hpp"

namespace pgsql::slapd {

/// Applies them with slapd's own functions; those of userPassword are left out, since no entry
/// shows it. For an attribute for which `idempotent` is true, adding a value that exists and
/// deleting one that does not succeed. Throws operation_refused with the result of the first one
/// that fails.
void apply_modifications(
    Operation& op, Entry& e, Modifications* mods,
    const std::function<bool(const AttributeDescription&)>& idempotent = [](const auto&) {
        return false;
    });

} // namespace pgsql::slapd
