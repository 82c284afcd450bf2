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
                                                const resolved_mapping& mapping, const berval& ndn,
                                                row_condition condition = {});

/// Whether roles hide the container, which is a row, from the client.
[[nodiscard]] bool hides_container(Operation& op, const resolved_mapping& mapping,
                                   const directory::container& container);

/// The condition on the rows that the client of the operation may see, for find_row().
[[nodiscard]] row_condition visible_to_client(Operation& op, const resolved_mapping& mapping);

} // namespace pgsql::slapd
