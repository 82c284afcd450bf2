// filter_reader.hpp: turns slapd's filter into our tree.
#pragma once

#include "database.hpp"

namespace pgsql::slapd {

/// The filter over the mapping's attributes. Adds to `touched` the attributes that test_filter will
/// look at.
[[nodiscard]] directory::filter read_filter(const Filter* from, const bound& with,
                                            std::vector<int>& touched);

} // namespace pgsql::slapd
