// database_state.hpp: the entries of the database, of which only those that may have changed are
// read.
#pragma once

#include "slapd/entry/copied_entry.hpp"
#include "slapd/serving/database.hpp"

#include <map>
#include <set>
#include <string>
#include <unordered_map>

namespace pgsql::slapd {

/// What a comparison has read in one snapshot of the database.
struct database_state {
    /// Whether the entry was not read, although it may exist.
    [[nodiscard]] bool unread(const std::string& ndn, const replication::entry_version& known) const
    {
        const auto at = lost.find(known.kind);
        return unreadable.contains(ndn.substr(0, ndn.find(','))) || unknown.contains(known.kind) ||
               (at != lost.end() && !at->second.contains(known.row));
    }

    replication::version_map seen;
    std::set<std::uint32_t> unknown;  ///< kinds that cannot be read
    std::set<std::string> unreadable; ///< normalized RDNs of rows with values that cannot be read
    /// Kinds of which only changed rows were read: rows that were removed or changed.
    std::map<std::uint32_t, std::set<std::uint64_t>> lost;
    known_rows rows;
    std::unordered_map<std::string, entry_ptr> entries; ///< some of those seen
    std::int64_t now = 0; ///< PostgreSQL's clock at the snapshot, in microseconds since 1970
};

/// The number of a kind in versions: the same after a restart with other kinds.
[[nodiscard]] std::uint32_t kind_number(const directory::kind& k);

/// What replicas copy of an entry, with the password if they do.
[[nodiscard]] directory::selection copied_selection(const service& service,
                                                    const resolved_mapping& mapping);

/// Fills `out`. Throws postgres::error.
void read_database(Operation& op, service& service, feed& feed, database_state& out);

} // namespace pgsql::slapd
