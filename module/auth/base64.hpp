// base64.hpp: encodes and decodes the unpadded base64 of password hashes.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace pgsql::auth {

/// Nothing if the text is malformed or its unused trailing bits are not zero.
[[nodiscard]] std::optional<std::string> base64_decoded(std::string_view text);
void append_base64(std::string& out, std::string_view bytes);

} // namespace pgsql::auth
