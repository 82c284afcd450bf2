// private_groups.hpp: the private groups of users, derived from the queries of users and groups.
#pragma once

#include "mapping/mapping.hpp"
#include "query/plan.hpp"

namespace pgsql::directory {

/// The kind of the users' private groups (a gidNumber that no group has but a user does), made from
/// the list queries of users and groups; and the groups-by-member lookup, extended to find them in
/// the same statement.
void add_private_groups(mapping& mapping, kind_id users, kind_id groups);

/// Whether only one entry can match the plan, by a name or number that private groups may have as
/// well.
[[nodiscard]] bool decides_private_groups(const mapping& mapping, const plan& plan);

} // namespace pgsql::directory
