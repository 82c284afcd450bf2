// report.hpp: turns a database of slapd and its PostgreSQL into a report on what is wrong with
// them.
#pragma once

#include "slapd/serving/bound_mapping.hpp"

namespace pgsql::slapd {

/// The environment variable that asks slaptest for a report, and names the file for it.
inline constexpr const char* report_variable = "BACK_PGSQL_REPORT";

/// What the report is about: "requirements" for the rights and triggers that the statements need,
/// "role" for the role's name, for which nothing is asked. Default: what is wrong.
inline constexpr const char* subject_variable = "BACK_PGSQL_REPORT_CONTENT";

/// A connection string whose parts take the place of pgsql-uri's, for "requirements".
inline constexpr const char* connection_variable = "BACK_PGSQL_REPORT_URI";

/// What should be said of a mapping besides the problems of its kinds.
[[nodiscard]] std::vector<std::string> remarks_on(const bound& mapping);

/// Appends the report as a line of JSON to the file, and lines that tell how far it is before. Only
/// reads from PostgreSQL. Throws std::runtime_error when the file cannot be written.
void examine(BackendDB& be, const char* file);

} // namespace pgsql::slapd
