// base64.hpp: turns bytes into the base64 of password hashes, without padding, and back.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace pgsql::auth {

/// Nothing if the text is damaged, or has bits to spare that could be anything.
[[nodiscard]] std::optional<std::string> base64_decoded(std::string_view text);
void append_base64(std::string& to, std::string_view bytes);

} // namespace pgsql::auth
