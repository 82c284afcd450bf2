// private_groups.hpp: the private groups of users, derived from the queries of users and groups.
#pragma once

#include "mapping/mapping.hpp"

namespace pgsql::directory {

/// The kind of the users' private groups (a gidNumber that no group has but a user does), made from
/// the list queries of users and groups; and the groups-by-member lookup, extended to find them in
/// the same statement.
void add_private_groups(mapping& mapping, kind_id users, kind_id groups);

} // namespace pgsql::directory
