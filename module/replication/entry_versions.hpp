// entry_versions.hpp: the versions of all entries, and what differs between two states.
#pragma once

#include "replication/version_map.hpp"

#include <cstdint>
#include <functional>
#include <iosfwd>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace pgsql::replication {

/// What has to be done to `known` so that it is like `seen`, in an order in which it can be done.
struct differences {
    std::vector<std::string> removed; ///< entries below others come first
    std::vector<std::string> changed;
    std::vector<std::string> added; ///< entries above others come first

    [[nodiscard]] std::size_t count() const noexcept
    {
        return removed.size() + changed.size() + added.size();
    }
};

/// Entries that were not `seen`, and that `unread` accepts, are left as they are. An entry whose
/// UUID has changed is removed and added.
[[nodiscard]] differences
compare(const version_map& known, const version_map& seen,
        const std::function<bool(const std::string& ndn, const entry_version&)>& unread);

/// The kinds of which so many entries have disappeared that an error is likely: more than half of
/// them, and more than 100. An entry that is `seen` under another name has not disappeared.
[[nodiscard]] std::set<std::uint32_t>
mass_removals(const version_map& known, const version_map& seen, const differences& found);

/// The stamp of the suffix, whose CSN is the same from all servers: a consumer to which it is sent
/// again loses its own contextCSN until it has its next one (slapd's syncrepl_diff_entry()).
inline constexpr std::int64_t suffix_stamp = 1;
/// A CSN: YYYYmmddHHMMSS.ffffffZ#000000#sid#000000 (draft-ietf-ldup-model, slapd's csn.c).
[[nodiscard]] std::string csn_of(std::int64_t stamp, int server_id);
/// The stamp of a CSN; 0 if it is none.
[[nodiscard]] std::int64_t stamp_of(std::string_view csn);

/// What is kept across restarts, besides the versions. Stamps are in microseconds since 1970.
struct feed_state {
    std::int64_t last_stamp = 0; ///< of an operation
    std::uint32_t last_usn = 0;
};

void write(std::ostream& to, const feed_state& state, const version_map& entries);
/// Writes what has changed since, to be added to the same text: the versions of `names`, of which
/// those that are not in `entries` were removed.
void write_changes(std::ostream& to, const feed_state& state, const version_map& entries,
                   const std::vector<std::string>& names);
/// Writes what is about to be replayed, to be added to the same text: after a crash before the next
/// write_changes(), replicas may have it, or not.
void write_intentions(std::ostream& to, const differences& found, const version_map& known,
                      const version_map& seen);
/// The same for one entry, which has changed in the meantime, or which consumers may have in
/// another state.
void write_intention(std::ostream& to, const std::string& ndn, const entry_version& known);
/// Throws std::runtime_error if the text is damaged. The last changes may be cut off by a crash,
/// and are ignored then. What was about to be replayed differs from every entry. `lines`: of
/// changes.
[[nodiscard]] feed_state read(std::istream& from, version_map& entries, std::size_t& lines);

} // namespace pgsql::replication
