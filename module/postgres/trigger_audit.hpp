// trigger_audit.hpp: finds what prevents NOTIFY from reporting every change in queried tables.
#pragma once

#include "postgres/connection.hpp"

#include <string>
#include <vector>

namespace pgsql::postgres {

/// A query without parameters, and its name for messages.
struct named_query {
    std::string name;
    std::string text;
};

/// Why some changes of the data that the queries read would not be reported on the channel, and how
/// to fix it; empty if all are reported. Inspects the queries as PostgreSQL has parsed them:
/// through views, but not into functions.
[[nodiscard]] std::string unnotified_changes(connection& session,
                                             const std::vector<named_query>& queries,
                                             const std::string& channel,
                                             const wait_options& options);

/// Objects by their SQL names with schemas.
struct watched_tables {
    std::vector<std::string> tables;
    std::vector<std::string> without_triggers; ///< relations that cannot have triggers
    std::vector<std::string> functions;        ///< functions that may read unknown tables
};

/// The tables that need triggers so that every change of the data the queries read is reported.
[[nodiscard]] watched_tables tables_to_watch(connection& session,
                                             const std::vector<named_query>& queries,
                                             const wait_options& options);

} // namespace pgsql::postgres
