// server_inspection.hpp: turns a session into what an administrator should know of the server and
// of the session's rights.
#pragma once

#include "postgres/connection.hpp"

#include <string>
#include <utility>
#include <vector>

namespace pgsql::postgres {

/// What the role may do to a table beyond reading it.
struct table_rights {
    std::string table;         ///< as SQL names it
    std::string rights;        ///< INSERT, UPDATE, ... with commas between
    bool columns_only = false; ///< some columns, not all
};

struct inspection {
    std::string version;
    int version_number = 0; ///< 150004
    std::string role;
    std::string database;
    std::string encoding;
    transport session_transport;
    double clock_ahead = 0; ///< seconds that the server's clock is ahead of ours, at most
                            ///< `uncertain` wrong
    double clock_uncertainty = 0;
    std::vector<std::string> role_rights; ///< superuser, and so on
    std::vector<std::string> schemas;     ///< in which the role may create tables
    std::vector<table_rights> changes;    ///< what it may change
    std::vector<std::pair<std::string, std::string>> readable; ///< tables, by schema and name
};

[[nodiscard]] inspection inspect(connection& session, const wait_options& options);

} // namespace pgsql::postgres
