// report_rights.cpp: reports the rights that the configured statements need.
#include "slapd/tool/report_context.hpp"

#include "postgres/trigger_audit.hpp"

namespace pgsql::slapd {

using nlohmann::json;

namespace {

// Null unless statements are made from the tables' columns.
std::shared_ptr<const resolved_mapping> mapping_for_writes(report_context& report)
{
    return report.database.writes() ? report.database.mapping_for(report.session, report.limits())
                                    : nullptr;
}

const directory::mapping* map_in(const std::shared_ptr<const resolved_mapping>& mapping)
{
    return mapping != nullptr ? &mapping->map : nullptr;
}

// Whether the table of a kind that clients write is unknown; then a script with the rights would
// take those that the kind needs.
bool lacks_table(report_context& report, const resolved_mapping& mapping)
{
    for (const auto& setting : report.database.kinds()) {
        const auto id = mapping.map.kind_named(setting.name);
        if (!setting.writes || setting.writes->derived.empty() || !id ||
            mapping.map.kinds[id].error.empty())
            continue;
        report.add_finding(report_context::level::error, "pgsql-write " + setting.name,
                           "the rights that it needs are unknown: " + mapping.map.kinds[id].error,
                           "name a role that may read the tables, with --uri");
        return true;
    }
    return false;
}

} // namespace

void examine_refusals(report_context& report)
{
    const auto mapping = mapping_for_writes(report);
    report.refused = find_refused(report.database, map_in(mapping), report.session,
                                  check_depth::thorough, report.limits());
}

namespace {

// Resolves names as they resolve for the role, also if another role is connected.
void adopt_search_path(report_context& report, const std::string& role)
{
    (void)report.session.run_once(
        {"SELECT pg_catalog.set_config('search_path', pg_catalog.replace(coalesce("
         "CASE WHEN own.source = 'client' THEN own.setting END, "
         "(SELECT pg_catalog.substr(one, pg_catalog.length('search_path=') + 1) "
         "FROM pg_catalog.pg_db_role_setting s LEFT JOIN pg_catalog.pg_roles r ON r.oid = s.setrole "
         "LEFT JOIN pg_catalog.pg_database d ON d.oid = s.setdatabase "
         "CROSS JOIN unnest(s.setconfig) AS one WHERE (s.setrole = 0 OR r.rolname = $1) "
         "AND (s.setdatabase = 0 OR d.datname = pg_catalog.current_database()) "
         "AND one LIKE 'search\\_path=%' ORDER BY s.setrole = 0, s.setdatabase = 0 LIMIT 1), "
         "CASE WHEN own.source = 'configuration file' THEN own.setting ELSE own.boot_val END), "
         "'\"$user\"', pg_catalog.quote_ident($1)), false) "
         "FROM pg_catalog.pg_settings own WHERE own.name = 'search_path'",
         {role}},
        report.limits());
}

void report_triggers(report_context& report, json& to)
{
    std::vector<postgres::named_query> queries;
    for (const auto& k : report.database.kinds())
        for (const auto& one : statements_of({k}))
            if (!one.writes && (k.hide_denied || !one.name.starts_with("pgsql-login-filter ")))
                queries.push_back({one.name, one.text});
    const auto found = postgres::tables_to_watch(report.session, queries, report.limits());
    to["tables"] = found.tables;
    to["without_triggers"] = found.without_triggers;
    to["functions"] = found.functions;
}

} // namespace

void report_needs(report_context& report)
{
    json& needs = report.report["requirements"];
    const std::string role = needs["role"];
    const auto session = report.session.run_once(
        {"SELECT current_user, pg_catalog.current_database()", {}}, report.limits());
    needs["database"] = session.value(0, 1).value_or("");
    needs["peer"] = report.session.travels().peer;
    if (session.value(0, 0) != role)
        adopt_search_path(report, role);
    if (!postgres::may_use_temporary(report.session, report.limits())) {
        report.add_finding(
            report_context::level::error, "role " + std::string(session.value(0, 0).value_or("")),
            "the rights that the queries need can be determined only with the right to create "
            "temporary views",
            "GRANT TEMPORARY ON DATABASE " +
                postgres::quote_identifier(needs["database"].get<std::string>()) + " TO " +
                postgres::quote_identifier(std::string(session.value(0, 0).value_or(""))) +
                ", or name another role with --uri");
        return;
    }
    const auto mapping = mapping_for_writes(report);
    if (mapping != nullptr && lacks_table(report, *mapping))
        return;
    const postgres::needed_rights found(report.session,
                                        statements_of(report.database.kinds(), map_in(mapping)),
                                        role, report.limits());
    for (const auto& one : found.refused()) {
        std::string help;
        for (const auto& right : one.grants)
            help += (help.empty() ? "GRANT " : "; GRANT ") + right + " TO " +
                    postgres::quote_identifier(role);
        report.add_finding(
            report_context::level::error, one.name, "PostgreSQL refuses it: " + one.reason,
            help.empty() ? "" : help + "; or name an administrator's role with --uri");
    }
    if (!found.refused().empty())
        return;
    needs["grants"] = json::array();
    for (const auto& one : found.grants(postgres::listed::every_column))
        needs["grants"].push_back({{"right", one.right}, {"statements", one.statements}});
    needs["search_path"] = found.search_path();
    needs["remarks"] = found.remarks();
    needs["temporary"] = report.database.uses_notify;
    report_triggers(report, needs);
}

} // namespace pgsql::slapd
