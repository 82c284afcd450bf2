// password.hpp: turns a stored password hash and a presented password into a verdict.
#pragma once

#include "secret.hpp"

#include <string>
#include <string_view>

namespace pgsql::login {

enum class verdict : char {
    match,
    mismatch,
    slapds, ///< {SCHEME}: one for slapd's own password schemes
    refused ///< not a hash we check; `reason` says why
};

struct outcome {
    verdict what = verdict::mismatch;
    const char* reason = ""; ///< for the log; never part of a hash
};

/// Checks argon2 PHC strings (RFC 9106) and crypt(5) hashes, bare or behind {ARGON2} and {CRYPT}. A
/// value that is neither a known hash nor prefixed is refused: slapd would take it for the password
/// itself.
[[nodiscard]] outcome check(const secret& stored, std::string_view password);

/// A hash nobody has the password of, which costs as much to check as `stored`; for names that do
/// not exist.
[[nodiscard]] std::string decoy_like(std::string_view stored);

/// The part of a hash that says how costly it is to check; equal for all hashes made the same way.
[[nodiscard]] std::string cost_of(std::string_view stored);

/// What is checked for unknown names as long as no row has been seen: the manager's scheme.
inline constexpr std::string_view default_cost = "$argon2id$v=19$m=65536,t=3,p=4$";

} // namespace pgsql::login
