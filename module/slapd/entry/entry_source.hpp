// entry_source.hpp: reads the entries of a plan page by page and finds the entry of a DN.
#pragma once

#include "slapd/entry/entry_builder.hpp"
#include "slapd/worker/idle_worker.hpp"

namespace pgsql::slapd {

/// An entry passed to a handler, with the row it was built from. Valid until the handler returns.
/// Other threads may read the same entry concurrently.
struct candidate {
    Entry& entry;
    std::string_view name; ///< the row's key
    const directory::plan& plan;
    bool from_stale = false;                ///< cached data, used while the database is down
    const postgres::result* page = nullptr; ///< never null if the plan reads secrets
    int row = 0;
};

/// Whether the login filter hides the row: plans for secrets return such rows too.
[[nodiscard]] bool is_hidden(const candidate& candidate);

/// Returns whether to continue.
using entry_handler = std::function<bool(candidate&)>;

/// The mapping, resolved against the database; waits for PostgreSQL the first time.
[[nodiscard]] std::shared_ptr<const resolved_mapping> current_mapping(Operation& op,
                                                                      service& service);

/// How for_each_entry() reads.
struct read_options {
    bool ordered =
        false; ///< by key from the first page on, so that reading can continue after any row
    std::optional<std::string> after_key; ///< start after the row with this key
    bool prefetch = false;                ///< request the next page while this one is handled
    /// Whether sending to the client would block now; then the session of a prefetched page is
    /// released first.
    std::function<bool()> client_blocks = [] { return false; };
    std::function<void(int rows)> on_page_start = [](int) {
    }; ///< number of rows about to be handled
    std::function<void()> on_page_end = [] {};
    /// A duplicate row was skipped.
    std::function<void(std::string_view name)> on_duplicate = [](std::string_view) {};
};

/// Passes every row's entry to `visit`; false if it stopped the iteration. Cached entries need no
/// statement. If the database is unavailable and the configuration allows it, stale entries are
/// used. Throws value_refused only before the first entry.
bool for_each_entry(Operation& op, service& service, const resolved_mapping& mapping,
                    const directory::plan& plan, const entry_handler& visit,
                    const read_options& options = {});

/// Whether the failure means that the database is currently unavailable.
[[nodiscard]] bool is_unreachable(const postgres::error& e) noexcept;

/// The selection of all attributes.
[[nodiscard]] directory::selection all_attributes();

/// Finds the entry with DN `ndn`, if it has a row. `filter` is an additional condition that the
/// statement may test but need not. Calls `visit` at most once; duplicate rows are logged and only
/// the first counts; they set `ambiguous`, if given. A plan for secrets may visit a hidden row
/// before, which does not count.
void find_entry(Operation& op, service& service, const resolved_mapping& mapping, const berval& ndn,
                const directory::filter& filter, const directory::selection& selection,
                const entry_handler& visit, bool* ambiguous = nullptr);

/// The DN of the nearest existing entry above `ndn` that may be disclosed to this client; empty if
/// none.
[[nodiscard]] std::string matched_dn(Operation& op, service& service,
                                     const resolved_mapping& mapping, const berval& ndn);

} // namespace pgsql::slapd
