// hash_format.hpp: the format and cost of new password hashes, as an application reads them.
#pragma once

#include "auth/argon2.hpp"
#include "auth/scrypt.hpp"

#include <string>
#include <string_view>

namespace pgsql::auth {

/// A value of pgsql-password-hash.
class hash_format {
public:
    /// Any of format=<name> and of the options of its cost: m= t= p= (argon2), cost= (bcrypt),
    /// rounds= (PBKDF2), N= r= p= (scrypt). Throws std::invalid_argument, also for a cost that
    /// verification would reject.
    explicit hash_format(std::string_view words);

    [[nodiscard]] hash_cost cost() const;

    /// Why a hash of the password would not be what the user expects, or null.
    [[nodiscard]] const char* problem(std::string_view password) const noexcept;

    /// A new hash with a random salt, of a password without a problem; the pepper may be null. Does
    /// not depend on the number of threads. Throws std::runtime_error without memory or randomness.
    [[nodiscard]] secret make(std::string_view password, const secret* pepper,
                              unsigned threads) const;

    struct form; ///< a row of the table of formats

private:
    const form* form_;
    argon2_cost argon2_;
    scrypt_cost scrypt_{32768, 8, 1};
    unsigned number_ = 0; ///< bcrypt: the cost; PBKDF2: the rounds
};

} // namespace pgsql::auth
