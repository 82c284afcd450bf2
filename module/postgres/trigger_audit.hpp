// trigger_audit.hpp: turns queries into what keeps a NOTIFY from telling of every change in their
// tables.
#pragma once

#include "postgres/connection.hpp"

#include <string>
#include <vector>

namespace pgsql::postgres {

/// A query without parameters, and what it is called in words.
struct named_query {
    std::string name;
    std::string text;
};

/// Why some changes of what the queries read would not be told on the channel, and what to do about
/// it; empty if all are. Looks at the queries as PostgreSQL has parsed them: through views, but
/// not into functions.
[[nodiscard]] std::string unnotified_changes(connection& session,
                                             const std::vector<named_query>& queries,
                                             const std::string& channel,
                                             const wait_options& options);

/// By their names in SQL, with schemas.
struct watched_tables {
    std::vector<std::string> tables;
    std::vector<std::string> without_triggers; ///< which can have none
    std::vector<std::string> functions;        ///< whose tables cannot be told
};

/// What has to have triggers so that every change of what the queries read is told.
[[nodiscard]] watched_tables tables_to_watch(connection& session,
                                             const std::vector<named_query>& queries,
                                             const wait_options& options);

} // namespace pgsql::postgres
