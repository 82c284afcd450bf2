// filter_input.hpp: reads any bytes as a filter tree, in a form that is like RFC 4515's.
#pragma once

#include "query/filter.hpp"

#include <string_view>

namespace pgsql::fuzz {

/// &(…)(…), |(…), !(…), TRUE and FALSE and UNDEFINED by their first letters, C and a class; else a
/// column, a rule (letters) and =value, >value, <value, *, ~initial*any*final, or @ with two digits
/// and a name (a DN), # and a name. A backslash takes the next byte as it is.
[[nodiscard]] directory::filter read_filter(std::string_view& input, int depth = 0);

} // namespace pgsql::fuzz
