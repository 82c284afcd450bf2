// account_recheck.hpp: reads an account again once an approval has been awaited.
#pragma once

#include "slapd/auth/account.hpp"

#include "auth/check_chain.hpp"

#include <string>
#include <string_view>

namespace pgsql::slapd {

/// Identifies the password that a login was checked with: a digest of the stored hash; empty
/// without one. Never the hash itself.
[[nodiscard]] std::string credential_of(const account& account);

/// The result of a login that was approved: accepted if the account of the operation's DN may still
/// log in with the same credential. Waits for PostgreSQL.
[[nodiscard]] auth::check_result recheck_account(Operation& op,
                                                 std::string_view credential) noexcept;

} // namespace pgsql::slapd
