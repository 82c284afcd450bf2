// rows_below.hpp: the conditions on where rows are in the tree of the directory.
#pragma once

#include "slapd/entry/directory_tree.hpp"

#include "query/filter.hpp"

namespace pgsql::slapd {

/// The condition on the rows of a kind that are immediately below the place; nothing if none of
/// them is.
[[nodiscard]] std::optional<directory::filter> rows_at(const directory::kind& kind,
                                                       const directory::place& above);

/// The condition on the rows of a kind that are immediately below the container, or with `subtree`
/// anywhere below it; nothing if none of them is.
[[nodiscard]] std::optional<directory::filter>
rows_below(const directory::mapping& mapping, directory::kind_id kind, directory_tree& tree,
           directory::container_id container, bool subtree);

} // namespace pgsql::slapd
