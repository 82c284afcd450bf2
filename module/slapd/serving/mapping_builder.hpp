// mapping_builder.hpp: turns kinds and the columns that PostgreSQL says their queries return into a
// mapping.
#pragma once

#include "mapping/settings.hpp"
#include "slapd/serving/bound_mapping.hpp"

namespace pgsql::slapd {

/// Asks PostgreSQL about every query. `domain` is the suffix's ({domain} in defaults), `where` the
/// fixed entries. What is wrong with one kind stands in its `problem`; throws postgres::error when
/// the database cannot be asked.
[[nodiscard]] std::shared_ptr<resolved_mapping>
build_mapping(const std::vector<directory::kind_setting>& kinds, std::string_view domain,
              bool private_groups, const directory::dn_tree& tree, postgres::connection& session,
              const postgres::wait_options& options);

} // namespace pgsql::slapd
