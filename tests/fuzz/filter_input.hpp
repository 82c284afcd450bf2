// filter_input.hpp: reads any bytes as a filter tree, in a form that is like RFC 4515's.
#pragma once

#include "query/filter.hpp"

#include <string_view>

namespace pgsql::fuzz {

/// &(…)(…), |(…), !(…), TRUE and FALSE and UNDEFINED by their first letters, C and a class; else a
/// column, a rule (letters) and =value, >value, <value, *, ~initial*any*final, or @ with two digits
/// and a name (a DN), # and a name. A backslash takes the next byte as it is.
[[nodiscard]] directory::filter translate_filter(std::string_view& input, int depth = 0);

/// Removes and returns the first byte; ) at the end of the input.
[[nodiscard]] char take(std::string_view& input);
/// The text up to `separator` or to the end of the term, and whether the term has ended.
[[nodiscard]] std::string take_value(std::string_view& input, char separator, bool& ended);
/// What follows the letter of a column.
[[nodiscard]] directory::filter read_term(char column, std::string_view& input);

} // namespace pgsql::fuzz
