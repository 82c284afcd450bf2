// entry_versions.hpp: the versions of all entries, and what differs between two states.
#pragma once

#include <array>
#include <cstdint>
#include <iosfwd>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace pgsql::replication {

/// One state of an entry.
struct entry_version {
    std::uint64_t digest = 0;                ///< of the content
    std::int64_t stamp = 0;                  ///< of its entryCSN, in microseconds since 1970
    std::array<unsigned char, 16> uuid = {}; ///< entryUUID
    std::uint16_t kind = 0;
    std::uint32_t usn = 0; ///< entryUSN
};

/// By normalized DN.
using version_map = std::unordered_map<std::string, entry_version>;

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

/// Entries of the kinds in `unknown` are left as they are. An entry whose UUID has changed is
/// removed and added.
[[nodiscard]] differences compare(const version_map& known, const version_map& seen,
                                  const std::set<std::uint16_t>& unknown);

/// The kinds of which so many entries have disappeared that an error is likely: more than half of
/// them, and more than 100. An entry that is `seen` under another name has not disappeared.
[[nodiscard]] std::set<std::uint16_t>
mass_removals(const version_map& known, const version_map& seen, const differences& found);

/// An entryCSN: YYYYmmddHHMMSS.ffffffZ#000000#sid#000000 (draft-ietf-ldup-model, slapd's csn.c).
[[nodiscard]] std::string csn_of(std::int64_t stamp, int server_id);
/// The stamp of an entryCSN; 0 if it is none.
[[nodiscard]] std::int64_t stamp_of(std::string_view csn);

/// What is kept across restarts, besides the versions.
struct feed_state {
    std::int64_t last_stamp = 0;
    std::uint32_t last_usn = 0;
    bool complete = false; ///< all differences were replayed when it was written
};

void write(std::ostream& to, const feed_state& state, const version_map& entries);
/// Throws std::runtime_error if the text is damaged or was cut off.
[[nodiscard]] feed_state read(std::istream& from, version_map& entries);

} // namespace pgsql::replication
