// acl_attributes.hpp: detects ACLs that read attributes beyond those requested.
#pragma once

#include "slapd/core/slapd.hpp"

namespace pgsql::slapd {

/// Whether an ACL that may apply to this operation reads attributes of the entry. Then all
/// attributes must be present, or the ACL evaluates an incomplete entry.
[[nodiscard]] bool acls_read_other_attributes(const Operation& op);

} // namespace pgsql::slapd
