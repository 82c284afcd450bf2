// mapping_builder.hpp: turns kinds and the columns that PostgreSQL says their queries return into a
// mapping.
#pragma once

#include "mapping/settings.hpp"
#include "slapd/serving/resolved_mapping.hpp"

namespace pgsql::slapd {

/// Describes every query in PostgreSQL. `domain` is that of the suffix ({domain} in defaults),
/// `tree` the containers. A kind that cannot be served has its `error` set. Throws postgres::error
/// if the database is unavailable.
[[nodiscard]] std::shared_ptr<resolved_mapping>
build_mapping(const std::vector<directory::kind_setting>& kinds, std::string_view domain,
              bool private_groups, const directory::dn_tree& tree, postgres::connection& session,
              const postgres::wait_options& options);

} // namespace pgsql::slapd
