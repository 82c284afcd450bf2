// entry_difference.hpp: what differs between two versions of an entry, in the terms of its row.
#pragma once

#include "slapd/entry/directory_tree.hpp"
#include "slapd/serving/service.hpp"
#include "write/change_set.hpp"

namespace pgsql::slapd {

/// The attributes of either version, which may be null. Object classes and attributes that only the
/// server sets and no column stores are left out. Throws operation_refused for an attribute that
/// the kind does not have, and for a DN that names no possible entry.
[[nodiscard]] std::vector<directory::attribute_change>
difference_of(Operation& op, service& service, directory_tree& tree,
              const resolved_mapping& mapping, const directory::kind& kind, const Entry* before,
              const Entry* after);

/// The attributes of the entry as `after`, each with its own values: of those that are stored in
/// the same rows, such as memberUid and member, none stands for the other.
[[nodiscard]] std::vector<directory::attribute_change>
values_of(Operation& op, service& service, directory_tree& tree, const resolved_mapping& mapping,
          const directory::kind& kind, const Entry& e);

} // namespace pgsql::slapd
