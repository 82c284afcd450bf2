// entry_row.hpp: the entry of a DN together with its row, for a write.
#pragma once

#include "auth/password_hash.hpp"
#include "slapd/entry/entry_finder.hpp"

#include <map>

namespace pgsql::slapd {

/// An entry and the row it was built from.
struct entry_row {
    const directory::kind* kind = nullptr;
    entry_ptr entry;
    std::string key; ///< of the row, as stored
    std::map<std::string, std::optional<std::string>>
        columns; ///< as the list query shows them, without the password
    std::shared_ptr<const auth::password_hash> hash; ///< null: none
};

/// The entry of the DN, unless it has none or the login filter hides it. Throws operation_refused
/// if several rows have the name.
[[nodiscard]] std::optional<entry_row> find_row(Operation& op, service& service,
                                                const resolved_mapping& mapping, const berval& ndn);

} // namespace pgsql::slapd
