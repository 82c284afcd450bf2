// name_spellings.hpp: the spellings in which DNs may name entries.
#pragma once

#include "query/hidden_names.hpp"
#include "slapd/serving/resolved_mapping.hpp"

namespace pgsql::slapd {

/// How values name the entries of each kind: regular expressions of the DNs' spellings, and the
/// names of types. `mapping` must outlive it. Throws postgres::error.
[[nodiscard]] directory::name_syntax name_syntax_of(const resolved_mapping& mapping,
                                                    const directory::dn_tree& tree,
                                                    postgres::connection& session,
                                                    const postgres::wait_options& options);

} // namespace pgsql::slapd
