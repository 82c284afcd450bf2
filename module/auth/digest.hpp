// digest.hpp: message digests of passwords.
#pragma once

#include "base/secret.hpp"

#include <openssl/evp.h>

#include <initializer_list>
#include <string_view>

namespace pgsql::auth {

/// The digest of the texts one after the other. Throws std::runtime_error if OpenSSL cannot compute
/// it.
[[nodiscard]] secret digest_of(const EVP_MD* type, std::initializer_list<std::string_view> texts);

/// The bytes in hexadecimal, in lower case.
[[nodiscard]] secret hex_digits(std::string_view bytes);

} // namespace pgsql::auth
