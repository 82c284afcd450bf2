// entry_source.hpp: turns plans into entries, page by page, and finds the one entry of a DN.
#pragma once

#include "slapd/entry/entry_builder.hpp"
#include "slapd/worker/idle_worker.hpp"

namespace pgsql::slapd {

/// An entry on its way to a visitor, with the row it was made of. Good until the visitor returns.
/// Others may be shown the same entry at the same time.
struct candidate {
    Entry& entry;
    std::string_view name; ///< the value that names the row
    const directory::plan& plan;
    bool from_stale = false;                ///< the database is away, and was not asked
    const postgres::result* page = nullptr; ///< always, if the plan is for secrets
    int row = 0;
};

/// Whether the row is one that the directory does not show: plans for secrets find these as well.
[[nodiscard]] bool is_hidden(const candidate& candidate);

/// Returns whether to go on.
using entry_handler = std::function<bool(candidate&)>;

/// The mapping, fitted to the database; waits for PostgreSQL the first time.
[[nodiscard]] std::shared_ptr<const resolved_mapping> current_mapping(Operation& op,
                                                                      service& service);

/// How a visit goes.
struct read_options {
    bool ordered = false; ///< by name from the first page on, so that any row can be continued from
    std::optional<std::string> after_key; ///< begin behind the row of this name
    bool prefetch = false;                ///< ask for the next page while this one is visited
    /// Whether the visitor would wait for its client now; then the session that a page asked for
    /// ahead occupies is given back before.
    std::function<bool()> client_blocks = [] { return false; };
    std::function<void(int rows)> on_page_start = [](int) {
    }; ///< so many rows are going to be visited
    std::function<void()> on_page_end = [] {};
    /// A row was left out, since another one of its name has been visited.
    std::function<void(std::string_view name)> on_duplicate = [](std::string_view) {};
};

/// Hands every row's entry to `visit`; false when it stopped the visit. Entries that are kept cost
/// no statement, and for want of a database the last ones that are known do, if the configuration
/// allows that. Throws value_refused before the first one.
bool for_each_entry(Operation& op, service& service, const resolved_mapping& mapping,
                    const directory::plan& plan, const entry_handler& visit,
                    const read_options& options = {});

/// Whether the failure means that the database cannot be asked at present.
[[nodiscard]] bool is_unreachable(const postgres::error& e) noexcept;

/// What a request for all the attributes needs.
[[nodiscard]] directory::selection all_attributes();

/// The entry that the directory shows under `ndn`, if it has a row. `what` is a further filter that
/// may be settled by the statement but need not be. At most one visit; two rows with one name are
/// reported and only the first counts, unless `ambiguous` is given, which is then set. A plan for
/// secrets may visit a hidden row before, which does not count.
void find_entry(Operation& op, service& service, const resolved_mapping& mapping, const berval& ndn,
                const directory::filter& filter, const directory::selection& selection,
                const entry_handler& visit, bool* ambiguous = nullptr);

/// The DN of the nearest entry above `ndn` that exists and that this client may know of; empty if
/// there is none.
[[nodiscard]] std::string matched_dn(Operation& op, service& service,
                                     const resolved_mapping& mapping, const berval& ndn);

} // namespace pgsql::slapd
