// account.hpp: turns the DN of a bind into what its row says about logging in.
#pragma once

#include "slapd/entry/entry_source.hpp"

#include "auth/password_hash.hpp"

namespace pgsql::slapd {

struct account {
    const directory::kind* of = nullptr; ///< of the mapping; null: there is no such row
    bool ambiguous = false;              ///< there are several
    bool locked_out = false;             ///< by the login filter or its expiry
    bool hidden = false;                 ///< by the login filter: to clients there is no such row
    std::string dn;                      ///< as the directory shows it
    std::string name;                    ///< the value that names the row
    std::shared_ptr<const login::password_hash> hash; ///< null: the row has none
    std::string chain;       ///< the row's own list of checks; empty: the database's
    std::string barred;      ///< why nobody logs in as this one, whatever the password; for the log
    long long last_day = 0;  ///< counted from 1970, on which it is gone; 0 and below: never
    bool last_known = false; ///< the database is away: as it was when it was last seen
};

/// The account behind the DN of the operation, or one that is barred. `also` may look at the entry
/// on the way. Waits for PostgreSQL.
[[nodiscard]] account find_account(
    Operation& op, service& with, const bound& mapping,
    const std::function<void(Entry&)>& also = [](Entry&) {});

/// The same for a bind. When the database is away, and the configuration allows it, the account is
/// as it was when it was last seen to be open.
[[nodiscard]] account find_account_to_bind(Operation& op, service& with, const bound& mapping);

} // namespace pgsql::slapd
