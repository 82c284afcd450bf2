// rows_below.cpp: the conditions on where rows are in the tree of the directory.
#include "slapd/entry/rows_below.hpp"

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

} // namespace pgsql::slapd
