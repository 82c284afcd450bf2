// entry_finder.hpp: finds the entry of a DN.
#pragma once

#include "slapd/entry/entry_stream.hpp"

namespace pgsql::slapd {

/// The condition on the rows of a kind that may be found; nothing: none.
using row_condition = std::function<std::optional<directory::filter>(directory::kind_id)>;

/// The row of a DN. Several rows with the DN are logged, and only the first one counts. A plan for
/// secrets may return hidden rows before it, which do not count.
class entry_finder {
public:
    /// Finds the entries of rows, also of those that have others below them.
    /// `filter` is an additional condition that the statements may test but need not. `fresh`: not
    /// from the cache.
    entry_finder(Operation& op, service& service, const resolved_mapping& mapping,
                 const berval& ndn, directory::filter filter, directory::selection selection,
                 row_condition condition = {}, bool fresh = false);
    entry_finder(const entry_finder&) = delete;
    entry_finder& operator=(const entry_finder&) = delete;

    /// The entry, unless the DN has none; then null. Valid until the next call. Call it until it
    /// returns null: the rows that follow show whether the name is ambiguous.
    [[nodiscard]] const candidate* next();
    /// Whether more than one row has the name.
    [[nodiscard]] bool ambiguous() const noexcept { return ambiguous_; }

private:
    /// Opens the stream of the next kind that can have the entry; false after the last.
    [[nodiscard]] bool open_next_kind();
    [[nodiscard]] bool open(const directory::kind& k);

    Operation& op_;
    service& service_;
    const resolved_mapping& mapping_;
    const std::string_view ndn_;
    directory_tree tree_;
    const directory::dn_location location_;
    const directory::place above_;
    const directory::filter filter_;
    const directory::selection selection_;
    const row_condition condition_; ///< empty: all may be found
    const bool fresh_;
    const operation_limits limits_;
    std::size_t next_kind_ = 0;
    std::optional<directory::plan> plan_;
    std::optional<entry_stream> rows_; ///< of one kind
    std::string name_;                 ///< of the row found first
    bool found_ = false;
    bool ambiguous_ = false;
    bool stale_ = false; ///< some rows are from stale cached data
};

/// The DN of the nearest existing entry above `ndn` that may be disclosed to this client; empty if
/// none.
[[nodiscard]] std::string matched_dn(Operation& op, service& service,
                                     const resolved_mapping& mapping, const berval& ndn,
                                     const row_condition& condition = {});

} // namespace pgsql::slapd
