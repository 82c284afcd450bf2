// ascii.hpp: ASCII letters and printable characters.
#pragma once

#include <string>
#include <string_view>

namespace pgsql {

/// Whether the text is printable ASCII without spaces: slapd's normalization then changes only the
/// case of letters.
[[nodiscard]] bool is_plain_ascii(std::string_view text);

/// The text with ASCII letters in lower case.
[[nodiscard]] std::string lower_ascii(std::string_view text);

/// Whether the texts differ at most in the case of ASCII letters.
[[nodiscard]] bool same_ignoring_case(std::string_view a, std::string_view b);

} // namespace pgsql
