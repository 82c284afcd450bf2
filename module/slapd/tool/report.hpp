// report.hpp: writes a report on a database's configuration and its PostgreSQL server.
#pragma once

#include "slapd/serving/resolved_mapping.hpp"

namespace pgsql::slapd {

/// The environment variable that makes slaptest write a report, and names the file.
inline constexpr const char* report_variable = "BACK_PGSQL_REPORT";

/// The content of the report: "requirements" for the rights and triggers that the statements need,
/// "role" for the role's name, which needs no query. Default: the faults.
inline constexpr const char* subject_variable = "BACK_PGSQL_REPORT_CONTENT";

/// A connection string whose parts replace those of pgsql-uri, for "requirements".
inline constexpr const char* connection_variable = "BACK_PGSQL_REPORT_URI";

/// Warnings about a mapping besides the errors of its kinds.
[[nodiscard]] std::vector<mapping_warning> warnings_about(const resolved_mapping& mapping);

/// Appends lines of JSON to the file: progress first, the report at the end. Only reads from
/// PostgreSQL. Throws std::runtime_error when the file cannot be written.
void write_report(BackendDB& be, const char* file);

} // namespace pgsql::slapd
