// search_scope.cpp: decides which entries are within the base and scope of a search.
#include "slapd/operation/search_scope.hpp"

namespace pgsql::slapd {

bool search_scope::has_container(directory::container_id container) const
{
    switch (op_.ors_scope) {
    case LDAP_SCOPE_BASE:
        return container == base_;
    case LDAP_SCOPE_ONELEVEL:
        return tree_.entries()[container].parent == base_;
    case LDAP_SCOPE_SUBORDINATE:
        return container != base_ && tree_.is_below(container, base_);
    default:
        return tree_.is_below(container, base_);
    }
}

bool search_scope::has_rows_of(const shared_values& kind) const
{
    return (op_.ors_scope == LDAP_SCOPE_ONELEVEL ? kind.parent == base_
                                                 : tree_.is_below(kind.parent, base_)) &&
           selects(kind.subentries);
}

bool search_scope::has_base(const shared_values& kind) const
{
    return (op_.ors_scope == LDAP_SCOPE_BASE || op_.ors_scope == LDAP_SCOPE_SUBTREE) &&
           selects(kind.subentries);
}

// RFC 3672: the control selects either subentries or other entries; without it a subentry is
// visible only in a base search. As in back-mdb.
bool search_scope::selects(bool subentry) const
{
    const bool only_subentries = get_subentries_visibility(&op_);
    if (subentry && op_.ors_scope == LDAP_SCOPE_BASE)
        return only_subentries || get_subentries(&op_) == 0;
    return subentry == only_subentries;
}

} // namespace pgsql::slapd
