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
    const directory::plan& from;
    bool last_known = false;              ///< the database is away, and was not asked
    const postgres::rows* page = nullptr; ///< always, if the plan is for secrets
    int row = 0;
};

/// Whether the row is one that the directory does not show: plans for secrets find these as well.
[[nodiscard]] bool is_hidden(const candidate& c);

/// Returns whether to go on.
using visitor = std::function<bool(candidate&)>;

/// The mapping, fitted to the database; waits for PostgreSQL the first time.
[[nodiscard]] std::shared_ptr<const bound> mapping_of(Operation& op, service& with);

/// How a visit goes.
struct course {
    bool ordered = false; ///< by name from the first page on, so that any row can be continued from
    std::optional<std::string> after; ///< begin behind the row of this name
    bool ahead = false;               ///< ask for the next page while this one is visited
    /// Whether the visitor would wait for its client now; then the session that a page asked for
    /// ahead occupies is given back before.
    std::function<bool()> client_is_slow = [] { return false; };
    std::function<void(int rows)> page_begins = [](int) {
    }; ///< so many rows are going to be visited
    std::function<void()> page_ends = [] {};
    /// A row was left out, since another one of its name has been visited.
    std::function<void(std::string_view name)> twin = [](std::string_view) {};
};

/// Hands every row's entry to `visit`; false when it stopped the visit. Entries that are kept cost
/// no statement, and for want of a database the last ones that are known do, if the configuration
/// allows that. Throws value_refused before the first one.
bool each_candidate(Operation& op, service& with, const bound& mapping, const directory::plan& from,
                    const visitor& visit, const course& how = {});

/// Whether the failure means that the database cannot be asked at present.
[[nodiscard]] bool is_away(const postgres::error& e) noexcept;

/// What a request for all the attributes needs.
[[nodiscard]] directory::wanted everything();

/// The entry that the directory shows under `ndn`, if it has a row. `what` is a further filter that
/// may be settled by the statement but need not be. At most one visit; two rows with one name are
/// reported and only the first counts, unless `ambiguous` is given, which is then set. A plan for
/// secrets may visit a hidden row before, which does not count.
void visit_entry(Operation& op, service& with, const bound& mapping, const berval& ndn,
                 const directory::filter& what, const directory::wanted& parts,
                 const visitor& visit, bool* ambiguous = nullptr);

/// The DN of the nearest entry above `ndn` that exists and that this client may know of; empty if
/// there is none.
[[nodiscard]] std::string nearest_above(Operation& op, service& with, const bound& mapping,
                                        const berval& ndn);

} // namespace pgsql::slapd
