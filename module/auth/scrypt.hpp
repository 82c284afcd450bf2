// scrypt.hpp: the cost of scrypt (RFC 7914), and the texts in which applications store its hashes.
#pragma once

#include "auth/password_hash.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace pgsql::auth {

struct scrypt_cost {
    std::uint32_t n = 0; ///< 0: unreadable
    std::uint32_t r = 0;
    std::uint32_t p = 0;
};

/// Why a cost is refused, or null: a row must not demand an unlimited cost.
[[nodiscard]] const char* error_in(const scrypt_cost& cost) noexcept;
/// For OpenSSL, whose own limit is 32 MiB: more than error_in() lets pass.
inline constexpr std::uint64_t scrypt_memory_limit = std::uint64_t{512} * 1024 * 1024;
/// Of a cost without error.
[[nodiscard]] hash_cost cost_of(const scrypt_cost& cost) noexcept;
/// 2 to the power of `exponent`; 0 if that does not fit.
[[nodiscard]] std::uint32_t power_of_2(std::uint32_t exponent) noexcept;

/// What a text says.
struct scrypt_parts {
    scrypt_cost cost;
    secret salt; ///< empty: absent or unreadable
    secret key;  ///< as salt, or not of the length that the program writes
};

/// Nothing if the text is of no spelling of scrypt. $7$ belongs to crypt(5).
[[nodiscard]] std::optional<scrypt_parts> read_scrypt(std::string_view stored);

} // namespace pgsql::auth
