// report.hpp: writes a report on a database's configuration and its PostgreSQL server.
#pragma once

#include "slapd/serving/resolved_mapping.hpp"

namespace pgsql::slapd {

/// The environment variable that makes slaptest write a report, and names the file.
inline constexpr const char* report_variable = "BACK_PGSQL_REPORT";

/// The content of the report: "requirements" for the rights and triggers that the statements need,
/// "role" for the role's name, which needs no query, "client" for what a client may do. Default:
/// the faults.
inline constexpr const char* subject_variable = "BACK_PGSQL_REPORT_CONTENT";

/// A connection string whose parts replace those of pgsql-uri, for "requirements".
inline constexpr const char* connection_variable = "BACK_PGSQL_REPORT_URI";

/// For "client": its DN, and of one decision the action, the target and the attribute.
inline constexpr const char* client_variable = "BACK_PGSQL_REPORT_CLIENT";
inline constexpr const char* action_variable = "BACK_PGSQL_REPORT_ACTION";
inline constexpr const char* target_variable = "BACK_PGSQL_REPORT_TARGET";
inline constexpr const char* attribute_variable = "BACK_PGSQL_REPORT_ATTRIBUTE";

/// Warnings about a mapping besides the errors of its kinds.
[[nodiscard]] std::vector<mapping_warning> warnings_about(const resolved_mapping& mapping);

/// Appends lines of JSON to the file: progress first, the report at the end. Only reads from
/// PostgreSQL. Throws std::runtime_error when the file cannot be written.
void write_report(BackendDB& be, const char* file);

} // namespace pgsql::slapd
