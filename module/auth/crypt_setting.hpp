// crypt_setting.hpp: parses the method and cost of a crypt(5) hash.
#pragma once

#include "auth/password_hash.hpp"
#include "auth/scrypt.hpp"

namespace pgsql::auth {

enum class crypt_method : char {
    sha256,
    sha512,
    bcrypt,
    yescrypt,
    scrypt,
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
    /// The display name of the method: "SHA-512 crypt", "bcrypt 10".
    [[nodiscard]] std::string name() const;
    /// The text up to the salt. Empty without one, or if the method has no configurable cost.
    [[nodiscard]] const std::string& text() const noexcept { return text_; }
    /// Nothing if the cost cannot be parsed or is too high, and for methods without a known bound.
    [[nodiscard]] std::optional<hash_cost> cost(std::size_t password_length) const;

private:
    const crypt_method method_;
    std::string text_;
    std::optional<unsigned> rounds_; ///< SHA-crypt: rounds; bcrypt: their binary logarithm
    std::optional<std::size_t> kib_; ///< yescrypt: memory
    scrypt_cost scrypt_;
};

} // namespace pgsql::auth
