// server_inspection.hpp: the server's version, encoding and clock, and the rights of the role.
#pragma once

#include "postgres/connection.hpp"

#include <string>
#include <utility>
#include <vector>

namespace pgsql::postgres {

/// The rights of the role on a table, other than SELECT.
struct table_rights {
    std::string table;         ///< its SQL name
    std::string rights;        ///< INSERT, UPDATE, ... separated by commas
    bool columns_only = false; ///< on some columns only
};

struct inspection {
    std::string version;
    int version_number = 0; ///< 150004
    std::string role;
    std::string database;
    std::string encoding;
    transport session_transport;
    /// Seconds that the server's clock is ahead of the local one; the error is at most
    /// clock_uncertainty.
    double clock_ahead = 0;
    double clock_uncertainty = 0;
    std::vector<std::string> role_rights; ///< for instance: is a superuser
    std::vector<std::string> schemas;     ///< in which the role may create tables
    std::vector<table_rights> changes;    ///< tables that the role may change
    std::vector<std::pair<std::string, std::string>> readable; ///< tables, by schema and name
};

[[nodiscard]] inspection inspect(connection& session, const wait_options& options);

} // namespace pgsql::postgres
