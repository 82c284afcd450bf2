// filter_server.cpp: lets a PostgreSQL server judge the statements, where one is named.
#include "fuzz/filter_server.hpp"

#include "fuzz/filter_kinds.hpp"
#include "fuzz/require.hpp"

#include <libpq-fe.h>

namespace pgsql::fuzz {
namespace {

PGconn* connect(const char* conninfo)
{
    PGconn* out = PQconnectdb(conninfo);
    require(PQstatus(out) == CONNECTION_OK, "the server can be reached", PQerrorMessage(out));
    PGresult* made = PQexec(out, table_definitions().c_str());
    require(PQresultStatus(made) == PGRES_COMMAND_OK, "the tables are made", PQerrorMessage(out));
    PQclear(made);
    return out;
}

} // namespace

void require_accepted(const postgres::statement& made)
{
    static const char* const conninfo = std::getenv("FUZZ_SERVER");
    if (conninfo == nullptr)
        return;
    static PGconn* const server = connect(conninfo);
    std::vector<const char*> values;
    for (const std::string& value : made.values) {
        require(value.find('\0') == std::string::npos, "a parameter has no NUL", made.text);
        values.push_back(value.c_str());
    }
    PGresult* result = PQexecParams(server, made.text.c_str(), static_cast<int>(values.size()),
                                    nullptr, values.data(), nullptr, nullptr, 0);
    const bool accepted = PQresultStatus(result) == PGRES_TUPLES_OK;
    require(accepted, "PostgreSQL accepts the statement",
            accepted ? "" : made.text + "\n" + PQresultErrorMessage(result));
    PQclear(result);
}

} // namespace pgsql::fuzz
