// slapd_hash.hpp: slapd's own password schemes and those of its modules: {SSHA}.
#pragma once

#include <string>
#include <string_view>

namespace pgsql::auth {

/// slapd's functions, which lie above this layer.
struct slapd_functions {
    bool (*knows)(const std::string& scheme); ///< "{SSHA}"
    bool (*matches)(const std::string& stored, std::string_view password);
};

/// Called once, before the first hash is verified. Without it no scheme of slapd's is known.
void use_slapd(const slapd_functions& functions) noexcept;

} // namespace pgsql::auth
