// target_roles.hpp: compares the roles of an entry that is to be changed with those of the client.
#pragma once

#include "slapd/roles/actor_roles.hpp"

namespace pgsql::slapd {

/// Whether an entry has roles, or gives some to its members, that permit what the client's own do
/// not: who may change its password or its members would get these roles.
class target_roles {
public:
    target_roles(Operation& op, service& service)
        : op_(op), service_(service), tree_(op, service), roles_(op, service)
    {}

    /// The roles of the entry as they are now. Throws postgres::error.
    [[nodiscard]] std::vector<assignment> of(std::string_view ndn);
    /// Whether the client's roles, read again, permit nothing at the new DN of a container that
    /// they did not permit at the old one. Call it after the change, in its transaction.
    [[nodiscard]] bool stay_the_same(std::string_view old_ndn, std::string_view new_ndn);
    /// Whether the client's roles permit everything that these do. Roles for one's own entry permit
    /// nothing to others.
    [[nodiscard]] bool covers(const std::vector<assignment>& roles);

private:
    [[nodiscard]] bool covers(const directory::role_rule& rule, std::string_view top);

    Operation& op_;
    service& service_;
    directory_tree tree_;
    actor_roles roles_;
};

} // namespace pgsql::slapd
