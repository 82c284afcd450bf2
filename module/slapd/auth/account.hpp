// account.hpp: reads the account of a bind DN from its row.
#pragma once

#include "slapd/entry/entry_finder.hpp"

#include "auth/password_hash.hpp"

namespace pgsql::slapd {

struct account {
    const directory::kind* kind = nullptr; ///< of the mapping; null: no such row
    bool ambiguous = false;                ///< several rows have this name
    bool locked = false;                   ///< by the login filter or by expiry
    bool hidden = false;                   ///< by the login filter: clients cannot see the row
    std::string dn;                        ///< as the directory returns it
    std::string name;                      ///< the value of the RDN's column
    std::string key;                       ///< identifies the row
    std::shared_ptr<const auth::password_hash> hash; ///< null: none
    std::string chain;         ///< the row's own check chain; empty: the database's
    std::string denial_reason; ///< why no password is accepted; for the log
    long long expiry_day = 0;  ///< expiry date in days since 1970; 0 and below: never
    bool from_stale = false;   ///< cached data, used while the database is down
};

/// The account of the operation's DN, or one with a denial reason. Calls `handler` with its entry.
/// Waits for PostgreSQL.
[[nodiscard]] account find_account(
    Operation& op, service& service, const resolved_mapping& mapping,
    const std::function<void(Entry&)>& handler = [](Entry&) {});

/// The same for a bind. If the database is down and the configuration allows it, returns the cached
/// account, provided that it was able to log in.
[[nodiscard]] account find_account_to_bind(Operation& op, service& service,
                                           const resolved_mapping& mapping);

} // namespace pgsql::slapd
