// known_names.cpp: the condition on rows whose entries have given names.
#include "slapd/entry/known_names.hpp"

#include <algorithm>

namespace pgsql::slapd {

directory::filter rows_named(const std::vector<std::string>& ndns, directory_tree& tree,
                             const resolved_mapping& mapping)
{
    using directory::filter;
    filter out{.type = filter::node::disjunction};
    for (const std::string& ndn : ndns) {
        if (tree.fixed().find(ndn))
            continue; // a container has no row
        const auto location = tree.locate_row(ndn);
        const auto& kinds = mapping.map.kinds;
        const auto k = std::find_if(kinds.begin(), kinds.end(), [&](const auto& one) {
            return to_lower(mapping.map.attributes[one.rdn().attribute].name) ==
                   to_lower(location.attribute);
        });
        if (k == kinds.end())
            return filter::constant_of(directory::truth::yes);
        if (out.parts.empty()) // twice, since a lookup by one name may find another row
            out.parts.push_back(filter::equals(k->rdn().attribute, location.value));
        out.parts.push_back(filter::equals(k->rdn().attribute, location.value));
    }
    return out.parts.empty() ? filter::constant_of(directory::truth::no) : out;
}

} // namespace pgsql::slapd
