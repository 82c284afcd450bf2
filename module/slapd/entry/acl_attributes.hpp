// acl_attributes.hpp: says whether access rules look at more of an entry than the client asked
// about.
#pragma once

#include "slapd/core/slapd.hpp"

namespace pgsql::slapd {

/// Whether a rule that may count for this operation reads attributes of the entry it is about:
/// then all of them must be there, or the rule decides by what it cannot see.
[[nodiscard]] bool acls_read_other_attributes(const Operation& op);

} // namespace pgsql::slapd
