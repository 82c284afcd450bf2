// password_hash.hpp: turns a stored password hash and a presented password into a verdict.
#pragma once

#include "auth/argon2.hpp"
#include "base/secret.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace pgsql::login {

enum class verdict : char {
    match,
    mismatch,
    slapds,  ///< {SCHEME}: one for slapd's own password schemes
    refused, ///< not a hash we check; `reason` says why
    busy     ///< not checked: too much else is being checked
};

struct outcome {
    verdict what = verdict::mismatch;
    const char* reason = ""; ///< for the log; never part of a hash
};

/// What one check takes while it runs.
struct hash_cost {
    double milliseconds = 0; ///< of a core of 2020, more or less
    std::size_t memory_kib = 0;
    unsigned threads = 1; ///< that could share the work

    /// Whether checks like this one must not run in any number at a time.
    [[nodiscard]] bool is_expensive() const noexcept { return milliseconds > 10; }
};
/// The length in bytes of a usual password.
inline constexpr std::size_t usual_length = 16;
/// The rounds of SHA-crypt read the whole password, so that their cost grows with its length.
[[nodiscard]] hash_cost expense_of(std::string_view stored,
                                   std::size_t password_length = usual_length);
[[nodiscard]] hash_cost expense_of(const argon2_cost& cost);

/// What check() will say of the stored value for any password of this length, if that can be told
/// without paying for a check.
[[nodiscard]] std::optional<outcome> settled(const secret& stored,
                                             std::size_t password_length = usual_length);

/// Checks argon2 PHC strings (RFC 9106) and crypt(5) hashes, bare or behind {ARGON2} and {CRYPT},
/// and {PBKDF2}, which slapd's own module would check for as long as the row demands. A value that
/// is neither a known hash nor prefixed is refused: slapd would take it for the password itself.
[[nodiscard]] outcome check(const secret& stored, std::string_view password, unsigned threads = 1);

/// A hash nobody has the password of, which costs as much to check as `stored`; for names that do
/// not exist.
[[nodiscard]] std::string decoy_like(std::string_view stored);

/// The part of a hash that says how costly it is to check; equal for all hashes made the same way.
[[nodiscard]] std::string cost_of(std::string_view stored);

/// How a stored value was made, for people: "argon2id m=65536 t=3 p=4", "bcrypt 10", "{SSHA}".
/// Never a part of a password or of a hash.
[[nodiscard]] std::string scheme_of(std::string_view stored);

/// What is checked for unknown names as long as no row has been seen: the manager's scheme.
inline constexpr std::string_view default_cost = "$argon2id$v=19$m=65536,t=3,p=4$";

} // namespace pgsql::login
