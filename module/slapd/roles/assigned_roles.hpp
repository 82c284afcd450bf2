// assigned_roles.hpp: the roles of an entry, as the queries of its kind tell.
#pragma once

#include "slapd/entry/directory_tree.hpp"

#include <string>
#include <vector>

namespace pgsql::slapd {

/// A row of such a query.
struct assignment_row {
    std::string role;
    std::string position; ///< empty: the suffix; a DN, perhaps without the suffix; or a row's key
};

/// A role and where it holds.
struct assignment {
    std::string role;
    std::string top; ///< normalized DN of the container where it holds, and below

    [[nodiscard]] auto operator<=>(const assignment&) const = default;
};

struct assignment_rows {
    std::vector<assignment_row> rows;
    bool cacheable = true; ///< from a server with change notifications
};

/// The rows of the queries for roles that the entry with the DN has; of a group, those that its
/// members get. None if no row has the DN. Throws postgres::error: a failure is unavailable.
[[nodiscard]] assignment_rows read_roles(Operation& op, service& service, directory_tree& tree,
                                         std::string_view ndn);

/// Why the query for the roles of a kind cannot be used; empty if it can. Throws postgres::error,
/// unless PostgreSQL refuses the query.
[[nodiscard]] std::string problem_of_roles(const directory::kind& kind,
                                           postgres::connection& session,
                                           const postgres::wait_options& options);

/// Where the roles hold, each once. Logs rows that assign nothing, and leaves them out.
/// `of_target`: instead, a role at a place that does not exist counts as one at the suffix, because
/// the place may exist later.
[[nodiscard]] std::vector<assignment> resolve_roles(Operation& op, service& service,
                                                    directory_tree& tree,
                                                    const std::vector<assignment_row>& rows,
                                                    bool of_target = false);

} // namespace pgsql::slapd
