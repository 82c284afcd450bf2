// crypt_setting.hpp: what stands before the salt of a crypt(5) hash: the method and its cost.
#pragma once

#include "auth/password_hash.hpp"

namespace pgsql::auth {

enum class crypt_method : char {
    sha256,
    sha512,
    bcrypt,
    yescrypt,
    md5,
    des,
    extended_des,
    locked,
    other
};

class crypt_setting {
public:
    explicit crypt_setting(std::string_view text);

    [[nodiscard]] crypt_method method() const noexcept { return method_; }
    /// The method for people: "SHA-512 crypt", "bcrypt 10".
    [[nodiscard]] std::string name() const;
    /// Up to the salt. Empty if there is none, or if hashes of the method have no common cost.
    [[nodiscard]] const std::string& text() const noexcept { return text_; }
    /// Nothing for a cost that cannot be read or is too high, and for methods whose cost has no
    /// known bound.
    [[nodiscard]] std::optional<hash_cost> cost(std::size_t password_length) const;

private:
    const crypt_method method_;
    std::string text_;
    std::optional<unsigned> rounds_; ///< of SHA-crypt, or the logarithm of those of bcrypt
    std::optional<std::size_t> kib_; ///< of yescrypt
};

} // namespace pgsql::auth
