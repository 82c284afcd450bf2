// account.hpp: turns the DN of a bind into what its row says about logging in.
#pragma once

#include "candidates.hpp"

#include "../login/secret.hpp"

namespace pgsql::slapd {

struct account {
    std::string dn;                    ///< as the directory shows it
    std::string name;                  ///< the value that names the row
    std::optional<login::secret> hash; ///< goes as soon as it has been checked
    std::string chain;                 ///< the row's own list of checks; empty: the database's
    std::string barred; ///< why nobody logs in as this one, whatever the password; for the log
};

/// The account behind the DN of a bind, or one that is barred. Waits for PostgreSQL.
[[nodiscard]] account find_account(Operation& op, service& with, const bound& mapping);

} // namespace pgsql::slapd
