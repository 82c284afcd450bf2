// filter_kinds.hpp: kinds with a column of each type and an attribute of each matching rule.
#pragma once

#include "mapping/mapping.hpp"

#include <string>

namespace pgsql::fuzz {

inline constexpr directory::kind_id people{0};
inline constexpr directory::kind_id groups{1};

/// The letter's bits choose how the columns are compared, whether there are defaults, …
[[nodiscard]] const directory::mapping& current_mapping(char variant);
/// The attribute of a column and a rule, each chosen by a letter.
[[nodiscard]] directory::attribute_id attribute_of(char column, char rule);
/// Entries whose members are in a table of their own.
[[nodiscard]] directory::kind make_groups();
/// The tables of these kinds.
[[nodiscard]] std::string table_definitions();

} // namespace pgsql::fuzz
