// filter_translator.hpp: turns slapd's filter into our tree.
#pragma once

#include "query/filter.hpp"
#include "slapd/serving/bound_mapping.hpp"

namespace pgsql::slapd {

/// The filter over the mapping's attributes. Adds to `parts` what test_filter will look at;
/// attributes that it only compares for equality need not be delivered, since a mark shows what it
/// needs.
[[nodiscard]] directory::filter translate_filter(const Filter* filter,
                                                 const directory::dn_tree& tree,
                                                 const resolved_mapping& mapping,
                                                 directory::selection& selection);

/// False only if slapd's test_filter would not find the filter true of the entry, for lack of an
/// attribute: it is cheaper to ask this first.
[[nodiscard]] bool may_match(const Filter* filter, const Entry& entry);

} // namespace pgsql::slapd
