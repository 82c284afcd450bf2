// requested_attributes.hpp: the attributes that a search needs of its entries.
#pragma once

#include "slapd/serving/service.hpp"

namespace pgsql::slapd {

/// Adds the attributes that the client, overlays or ACLs read.
void add_requested(const Operation& op, const resolved_mapping& mapping,
                   directory::selection& selection);

} // namespace pgsql::slapd
