// slapd_hash.hpp: verifies the password schemes of slapd and its modules, such as {SSHA}.
#pragma once

#include <string>
#include <string_view>

namespace pgsql::auth {

/// slapd's functions, which belong to a higher layer.
struct slapd_functions {
    bool (*knows)(const std::string& scheme); ///< "{SSHA}"
    bool (*matches)(const std::string& stored, std::string_view password);
};

/// Call once, before the first hash is verified. Without it no scheme of slapd is supported.
void use_slapd(const slapd_functions& functions) noexcept;

} // namespace pgsql::auth
