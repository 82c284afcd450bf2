// server_inspection.cpp: the server's version, encoding and clock, and the rights of the role.
#include "advisor/server_inspection.hpp"

namespace pgsql::postgres {
namespace {

std::string text(const result& of, int row, int column)
{
    return std::string(of.value(row, column).value_or(""));
}

constexpr const char* server =
    "SELECT current_setting('server_version'), current_setting('server_version_num'), current_user,"
    " current_database(), current_setting('server_encoding'),"
    " rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls"
    " FROM pg_catalog.pg_roles WHERE rolname = current_user";

constexpr const char* creatable =
    "SELECT pg_catalog.quote_ident(nspname) FROM pg_catalog.pg_namespace"
    " WHERE nspname !~ '^pg_' AND pg_catalog.has_schema_privilege(oid, 'CREATE') ORDER BY 1";

constexpr const char* changeable = R"(
SELECT c.oid::pg_catalog.regclass, whole.rights, part.rights
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
CROSS JOIN LATERAL (SELECT string_agg(r, ', ') AS rights
    FROM unnest(array['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) r
    WHERE pg_catalog.has_table_privilege(c.oid, r)) whole
CROSS JOIN LATERAL (SELECT string_agg(r || ' of ' || a.attname, ', ' ORDER BY r, a.attnum) AS rights
    FROM unnest(array['INSERT', 'UPDATE', 'REFERENCES']) r
    JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    WHERE NOT pg_catalog.has_table_privilege(c.oid, r)
      AND pg_catalog.has_column_privilege(c.oid, a.attnum, r)) part
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
  AND (whole.rights IS NOT NULL OR part.rights IS NOT NULL)
ORDER BY 1)";

constexpr const char* readable =
    "SELECT n.nspname, c.relname FROM pg_catalog.pg_class c"
    " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
    " WHERE c.relkind IN ('r', 'm', 'f') AND NOT c.relispartition AND n.nspname !~ '^pg_'"
    " AND n.nspname <> 'information_schema' AND pg_catalog.has_table_privilege(c.oid, 'SELECT')"
    " ORDER BY 1, 2";

} // namespace

inspection inspect(connection& session, const wait_options& options)
{
    inspection out;
    const result about = session.run_once({server, {}}, options);
    out.version = text(about, 0, 0);
    out.version_number = std::stoi(text(about, 0, 1));
    out.role = text(about, 0, 2);
    out.database = text(about, 0, 3);
    out.encoding = text(about, 0, 4);
    out.session_transport = session.travels();
    int column = 5;
    for (const char* right : {"is a superuser", "may create roles", "may create databases",
                              "may replicate", "bypasses row security"})
        if (about.value(0, column++) == "t")
            out.role_rights.emplace_back(right);

    using wall = std::chrono::system_clock;
    const auto before = wall::now();
    const result time =
        session.run_once({"SELECT extract(epoch FROM clock_timestamp())::text", {}}, options);
    const auto after = wall::now();
    const std::chrono::duration<double> half = (after - before) / 2;
    const std::chrono::duration<double> local = before.time_since_epoch() + half;
    out.clock_ahead = std::stod(text(time, 0, 0)) - local.count();
    out.clock_uncertainty = half.count();

    const result schemas = session.run_once({creatable, {}}, options);
    for (int i = 0; i < schemas.count(); ++i)
        out.schemas.push_back(text(schemas, i, 0));
    const result changes = session.run_once({changeable, {}}, options);
    for (int i = 0; i < changes.count(); ++i)
        for (const bool columns : {false, true})
            if (changes.value(i, columns ? 2 : 1))
                out.changes.push_back(
                    {text(changes, i, 0), text(changes, i, columns ? 2 : 1), columns});
    const result tables = session.run_once({readable, {}}, options);
    for (int i = 0; i < tables.count(); ++i)
        out.readable.emplace_back(text(tables, i, 0), text(tables, i, 1));
    return out;
}

} // namespace pgsql::postgres
