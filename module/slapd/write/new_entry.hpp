// new_entry.hpp: what a request to add an entry says about its row.
#pragma once

#include "slapd/entry/directory_tree.hpp"
#include "slapd/write/new_password.hpp"

namespace pgsql::slapd {

/// The kind of entries that are written below the entry's container and have such a name; among
/// several, the one whose classes the entry shares most. Null if there is none.
[[nodiscard]] const directory::kind*
kind_of_new_entry(directory_tree& tree, const resolved_mapping& mapping, const Entry& e);

/// Removes the numbers that ask for one from the database, and checks the entry against the schema.
/// `kind` may be null. Throws operation_refused.
void prepare_new_entry(Operation& op, const resolved_mapping& mapping, const directory::kind* kind,
                       Entry& e);

/// Throws operation_refused if the entry has several passwords, or one with options.
[[nodiscard]] requested_password password_of(const Entry& e);

} // namespace pgsql::slapd
