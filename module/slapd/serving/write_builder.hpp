// write_builder.hpp: finds the table and columns behind the entries of a kind that clients may
// write.
#pragma once

#include "mapping/settings.hpp"
#include "postgres/connection.hpp"
#include "slapd/serving/resolved_mapping.hpp"

namespace pgsql::slapd {

/// How the entries of the kind are written; `attributes` has those of the setting by name. A
/// problem concerns only writes, which are then refused: it becomes a warning. Throws
/// postgres::error if the database cannot be asked.
[[nodiscard]] directory::write_target
build_write_target(const directory::write_setting& setting, const directory::kind& kind,
                   const std::map<std::string, directory::attribute_id>& attributes,
                   std::vector<mapping_warning>& warnings, postgres::connection& session,
                   const postgres::wait_options& options);

} // namespace pgsql::slapd
