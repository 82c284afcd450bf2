// group_members.hpp: members and memberOf, derived from the queries of users and groups.
#pragma once

#include "mapping/mapping.hpp"

namespace pgsql::directory {

/// With the four queries alone, nothing lists the members of a group: they are the users whose
/// groups-by-member query finds it. Empty when the kinds have no such queries.
[[nodiscard]] values_query members_from_lookup(const mapping& mapping, kind_id users,
                                               kind_id groups);

/// The groups of every user, from the groups-by-member query: rows of a user's name and a group's.
/// Empty without one.
[[nodiscard]] std::string groups_from_lookup(const mapping& mapping, kind_id users, kind_id groups);

/// Restricts lookups by case-sensitive attributes to rows that show the value in exactly that
/// spelling, because a query may compare more loosely (citext, a collation, lower()). A values
/// query has what rows show; without one, members are users by name.
void check_spelling(mapping& mapping, kind_id users, kind_id groups);

/// What shows the members of groups by name (memberUid) shows them as DNs too: `member`, of the
/// same rows.
void add_member_dns(mapping& mapping, kind_id users, attribute_id member_uid, attribute_id member);

/// Adds a column with the parent of the entry that each value names: rows of `target`, which places
/// its entries, have the names. Values that no row has are left out.
void add_parents(const mapping& mapping, values_query& query, const kind& target);

} // namespace pgsql::directory
