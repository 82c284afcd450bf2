// query_planner.hpp: plans the statements for a request for entries of one kind.
#pragma once

#include "query/filter.hpp"
#include "query/plan.hpp"

#include <optional>
#include <vector>

namespace pgsql::directory {

/// Nothing when no entry of the kind can make the filter true.
/// `refused` as condition_compiler has it. `only`: the lookup that has all rows of the answer,
/// instead of the kind's queries; nothing if it cannot be executed for the filter.
[[nodiscard]] std::optional<plan> make_plan(const mapping& mapping, const kind& kind,
                                            const filter& tree, const selection& selection,
                                            const std::vector<requested_value>& refused = {},
                                            const lookup* only = nullptr);

} // namespace pgsql::directory
