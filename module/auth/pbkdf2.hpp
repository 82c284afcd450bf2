// pbkdf2.hpp: turns {PBKDF2-SHA512}600000$<salt>$<tag>, as slapd's pw-pbkdf2 and passlib write it,
// into what it demands and a verdict.
#pragma once

#include <openssl/types.h>

#include <optional>
#include <string>
#include <string_view>

namespace pgsql::login {

struct pbkdf2_string {
    std::string_view head; ///< up to the salt
    const EVP_MD* digest = nullptr;
    unsigned rounds = 0;
    std::string_view salt; ///< and the tag behind it: in base64, with . in place of +
    std::string_view tag;
};

[[nodiscard]] bool is_pbkdf2(std::string_view stored) noexcept;
/// Nothing if scheme and rounds cannot be read. What is behind them may be damaged.
[[nodiscard]] std::optional<pbkdf2_string> read_pbkdf2(std::string_view stored) noexcept;
/// Whether the password fits; nothing when salt or tag is damaged.
[[nodiscard]] std::optional<bool> verify_pbkdf2(const pbkdf2_string& stored,
                                                std::string_view password);
/// A hash that begins in the same way, and nobody has the password of.
[[nodiscard]] std::string pbkdf2_decoy(const pbkdf2_string& like);

} // namespace pgsql::login
