// search_scope.cpp: decides which entries are within the base and scope of a search.
#include "slapd/operation/search_scope.hpp"

#include "slapd/worker/pause.hpp"

namespace pgsql::slapd {

using directory::filter;

std::optional<filter> rows_at(const directory::kind& kind, const directory::place& above)
{
    if (!kind.may_be_below(above))
        return std::nullopt;
    return kind.parent_kind ? filter::below(above) : filter::constant_of(directory::truth::yes);
}

std::optional<filter> rows_below(const directory::mapping& mapping, directory::kind_id id,
                                 directory_tree& tree, directory::container_id container,
                                 bool subtree)
{
    const directory::kind& kind = mapping.kinds[id];
    if (!subtree)
        return rows_at(kind, tree.place_of(container));
    // The containers of the kind and of those above it: all below, or none, or some.
    const bool fixed = tree.is_fixed(container);
    bool all = fixed;
    bool none = fixed;
    for (const directory::kind* k = &kind; all || none;) {
        (tree.fixed().is_below(k->parent, container) ? none : all) = false;
        const directory::kind* const above =
            k->parent_kind ? &mapping.kinds[k->parent_kind] : nullptr;
        if (above == nullptr || above == k)
            break;
        k = above;
    }
    if (all)
        return filter::constant_of(directory::truth::yes);
    if (none || !kind.parent_kind)
        return std::nullopt;
    filter out{.type = filter::node::placement};
    out.place_keys = tree.whole().keys_below(container, kind.parent_kind);
    out.at_container = fixed && tree.fixed().is_below(kind.parent, container);
    if (out.place_keys.empty() && !out.at_container)
        return std::nullopt;
    return out;
}

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
