// placement.hpp: conditions on where entries are in the tree.
#pragma once

#include "query/column_condition.hpp"

#include <string>
#include <vector>

namespace pgsql::directory {

/// That the row e of the kind is immediately below a row of its parent kind with one of the keys,
/// or, if `at_container`, below the kind's container. Keys that the column cannot hold are left
/// out.
[[nodiscard]] condition placed(const kind& kind, const std::vector<std::string>& keys,
                               bool at_container, postgres::statement& values);

/// That the row has one of the keys itself.
[[nodiscard]] condition has_key(const kind& kind, const std::vector<std::string>& keys,
                                postgres::statement& values);

} // namespace pgsql::directory
