// hash_schemes.hpp: the table of hash schemes. A new scheme is a file with a class and a parser,
// and a line here.
#pragma once

#include "auth/password_hash.hpp"

namespace pgsql::auth {

/// Returns null if the stored value does not belong to the scheme. A malformed value of the scheme
/// is an object with a problem.
using hash_parser = parsed_hash(std::string_view stored);

hash_parser parse_wrapped_hash; ///< another hash after an application's prefix
hash_parser parse_argon2_hash;
hash_parser parse_pbkdf2_hash;
hash_parser parse_scrypt_hash;
hash_parser parse_phpass_hash;
hash_parser parse_scram_hash;
hash_parser parse_salted_digest; ///< of Redmine and Django
hash_parser parse_foreign_hash;  ///< schemes of other programs, which cannot be verified
hash_parser parse_crypt_hash;
hash_parser parse_slapd_hash; ///< any other {SCHEME}
hash_parser parse_unknown;    ///< anything else

/// The first parser that recognizes a value is used.
inline constexpr hash_parser* hash_schemes[] = {
    parse_wrapped_hash, parse_argon2_hash, parse_pbkdf2_hash,   parse_scrypt_hash,
    parse_phpass_hash,  parse_scram_hash,  parse_salted_digest, parse_foreign_hash,
    parse_crypt_hash,   parse_slapd_hash,  parse_unknown};

/// The problem of a value that begins with ! or *.
inline constexpr const char* locked_hash = "a locked or disabled password";

/// Whether the value begins with the prefix, in upper or lower case.
[[nodiscard]] bool has_prefix(std::string_view stored, std::string_view prefix) noexcept;

/// "{SSHA}" of "{SSHA}xyz". A prefix that is long, unusual or the whole value may be a password and
/// is not returned.
[[nodiscard]] std::string scheme_in_braces(std::string_view stored);

/// "YmFjay1wZ3NxbC1kZWNveQ": the salt of dummy hashes, in base64.
inline constexpr std::string_view dummy_salt = "YmFjay1wZ3NxbC1kZWNveQ";

} // namespace pgsql::auth
