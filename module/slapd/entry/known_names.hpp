// known_names.hpp: the condition on rows whose entries have given names.
#pragma once

#include "slapd/entry/directory_tree.hpp"

#include "query/filter.hpp"

#include <string>
#include <vector>

namespace pgsql::slapd {

/// True for the rows of the entries with these normalized DNs, and perhaps of others. If the place
/// of one has changed since it was known, it is true for all rows.
[[nodiscard]] directory::filter rows_named(const std::vector<std::string>& ndns,
                                           directory_tree& tree, const resolved_mapping& mapping);

} // namespace pgsql::slapd
