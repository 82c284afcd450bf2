// pbkdf2_spellings.hpp: the texts in which applications store PBKDF2 hashes.
#pragma once

#include "base/secret.hpp"

#include <openssl/evp.h>

#include <optional>
#include <string_view>

namespace pgsql::auth {

/// What a text says. Its key may be shorter or longer than the digest.
struct pbkdf2_parts {
    const EVP_MD* digest = nullptr; ///< null: none that is supported
    unsigned rounds = 0;            ///< 0: absent or unreadable
    secret salt;                    ///< empty: absent or unreadable
    secret key;                     ///< as salt, or not of the length that the text promises
    bool of_slapd = false;          ///< whether slapd's pw-pbkdf2 reads the text, too
};

/// Nothing if the text is of no spelling of PBKDF2.
[[nodiscard]] std::optional<pbkdf2_parts> read_pbkdf2(std::string_view stored);

} // namespace pgsql::auth
