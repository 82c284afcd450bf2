// schema_check.hpp: checks entries that clients write against slapd's schema.
#pragma once

#include "slapd/serving/resolved_mapping.hpp"

namespace pgsql::slapd {

/// Checks an entry of the kind against the schema, before its row is written. A required attribute
/// may be missing if the database supplies it: by a template, or for a new row by a column's
/// default. A new entry gets the values of its RDN. `before`: the attributes before a modification;
/// null for a new entry. Throws operation_refused.
void check_schema(Operation& op, const resolved_mapping& mapping, const directory::kind& kind,
                  Entry& e, Attribute* before);

/// Checks a new entry for which the database supplies nothing more. Throws operation_refused.
void check_new_entry(Operation& op, Entry& e);

} // namespace pgsql::slapd
