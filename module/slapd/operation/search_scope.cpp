// search_scope.cpp: decides which entries are within the base and scope of a search.
#include "slapd/operation/search_scope.hpp"

#include "slapd/worker/pause.hpp"

namespace pgsql::slapd {

using directory::filter;

bool search_scope::has_container(directory::container_id container) const
{
    const directory::dn_tree& fixed = tree_.fixed();
    const directory::container_id base = fixed.find(ndn_);
    switch (op_.ors_scope) {
    case LDAP_SCOPE_BASE:
        return container == base;
    case LDAP_SCOPE_ONELEVEL:
        return fixed.entries()[container].parent == base;
    case LDAP_SCOPE_SUBORDINATE:
        return container != base && fixed.is_below(container, base);
    default:
        return fixed.is_below(container, base);
    }
}

std::optional<filter> search_scope::rows_of(const resolved_mapping& mapping,
                                            directory::kind_id kind) const
{
    if (!selects(mapping.shared[kind].subentries))
        return std::nullopt;
    const directory::container_id base = container();
    if (!base)
        throw cut_short{"the base of the search was moved or deleted meanwhile"};
    return rows_below(mapping.map, kind, tree_, base, op_.ors_scope != LDAP_SCOPE_ONELEVEL);
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
