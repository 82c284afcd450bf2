// filter_translator.hpp: translates slapd's filters into filters over the mapping.
#pragma once

#include "query/filter.hpp"
#include "slapd/entry/directory_tree.hpp"

namespace pgsql::slapd {

/// The filter over the mapping's attributes. Adds the attributes that test_filter reads to
/// `selection`; those that it only tests for equality need not be fetched, since a match column
/// provides the value.
[[nodiscard]] directory::filter translate_filter(const Filter* filter, directory_tree& tree,
                                                 const resolved_mapping& mapping,
                                                 directory::selection& selection);

/// False only if slapd's test_filter would not return true because the entry lacks an attribute. A
/// cheap test before test_filter.
[[nodiscard]] bool may_match(const Filter* filter, const Entry& entry);

} // namespace pgsql::slapd
