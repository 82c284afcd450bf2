// report.cpp: writes a report on a database's configuration and its PostgreSQL server.
#include "slapd/tool/report_context.hpp"

#include "slapd/serving/cache_invalidation.hpp"
#include "slapd/serving/database.hpp"
#include "slapd/serving/replication.hpp"
#include "slapd/tool/report.hpp"

#include "advisor/explain.hpp"
#include "advisor/explain_plan.hpp"
#include "advisor/needed_rights.hpp"
#include "advisor/server_inspection.hpp"
#include "postgres/conninfo.hpp"

#include <cmath>
#include <fstream>

namespace pgsql::slapd {
namespace {

using nlohmann::json;
using level = report_context::level;

constexpr double statement_seconds = 60;

// The tables that the queries of the configuration read.
std::set<std::pair<std::string, std::string>> tables_read(report_context& report)
{
    std::set<std::pair<std::string, std::string>> out;
    const auto add = [&](const std::string& text, std::vector<std::string> values) {
        try {
            const auto plan = postgres::explain_statement({text, std::move(values)}, report.session,
                                                          report.limits());
            out.insert(plan.relations.begin(), plan.relations.end());
        } catch (const postgres::error& e) {
            postgres::rethrow_unless_statement(e); // refused: reported with the kind's columns
        }
    };
    for (const auto& k : report.mapping->map.kinds) {
        if (!k.error.empty() || k.yields_to_kind)
            continue;
        add(k.list.text, {});
        if (!k.unfiltered.text.empty())
            add(k.unfiltered.text, {});
        if (!k.login_filter.empty())
            add("SELECT (" + k.login_filter + "\n) IS TRUE FROM (" + k.list.text + ") AS e", {});
        for (const auto& v : k.values)
            if (v.error.empty())
                add(v.batch_sql, {"{}"});
        for (const auto& l : k.lookups)
            add(l.query.text, {"0"});
        if (k.roles)
            add(k.roles->query.with_parameter("$1"), {"0"});
    }
    return out;
}

// The tables and views that the queries name, without quotes: a plan lacks those that PostgreSQL
// need not read for its sample value.
std::set<std::string> relations_named(report_context& report)
{
    std::set<std::string> out;
    if (!postgres::may_use_temporary(report.session, report.limits()))
        return out;
    const postgres::needed_rights needs(
        report.session, statements_of(report.database.kinds(), &report.mapping->map), "",
        report.limits());
    for (const auto& grant : needs.grants(postgres::listed::every_column))
        if (const auto on = grant.right.find(" ON "); on != std::string::npos) {
            std::string name = grant.right.substr(on + 4);
            std::erase(name, '"');
            out.insert(std::move(name));
        }
    return out;
}

void check_rights(report_context& report, const postgres::inspection& seen)
{
    const std::string role = "role " + seen.role;
    for (const auto& right : seen.role_rights)
        report.add_finding(level::warning, role, role + " " + right + "; it needs to read only",
                           "create a separate role; slapd-pgsql-check --grants prints the "
                           "statements");
    if (!seen.role_rights.empty() && seen.role_rights.front() == "is a superuser")
        return; // which implies everything below
    for (const auto& schema : seen.schemas)
        report.add_finding(level::warning, role, role + " may create tables in schema " + schema,
                           "REVOKE CREATE ON SCHEMA " + schema + " FROM PUBLIC, " + seen.role);
    const bool changes = report.database.changes_passwords;
    for (const auto& on : seen.changes) {
        // pgsql-password-change needs UPDATE of some columns of one table.
        if (changes && on.columns_only && !on.rights.starts_with("INSERT"))
            continue;
        // Writes need INSERT, UPDATE and DELETE.
        if (report.database.writes() && on.rights.find("TRUNCATE") == std::string::npos &&
            on.rights.find("TRIGGER") == std::string::npos &&
            on.rights.find("REFERENCES") == std::string::npos)
            continue;
        report.add_finding(
            level::warning, role,
            role + " may do more to " + on.table + " than read it: " + on.rights,
            on.columns_only
                ? "REVOKE the right" +
                      std::string(changes ? ""
                                          : "; it is for pgsql-password-change, which is not set")
                : "REVOKE " + on.rights + " ON " + on.table + " FROM PUBLIC, " + seen.role +
                      (changes ? "; for pgsql-password-change, GRANT UPDATE of the "
                                 "columns that it sets"
                               : ""));
    }
    if (!report.mapping)
        return;
    const auto read = tables_read(report);
    const auto named = relations_named(report);
    std::vector<std::string> others;
    for (const auto& table : seen.readable)
        if (!read.contains(table) && !named.contains(table.first + "." + table.second))
            others.push_back(postgres::quote_identifier(table.first) + "." +
                             postgres::quote_identifier(table.second));
    if (!others.empty()) {
        const auto count = others.size();
        others.resize(std::min<std::size_t>(count, 3));
        report.add_finding(level::note, role,
                           role + " may read " + std::to_string(count) +
                               (count == 1 ? " table" : " tables") + " that no query reads",
                           "REVOKE SELECT ON … FROM PUBLIC, " + seen.role, others);
    }
}

// Reading so many rows in each operation costs time.
constexpr long many_rows = 50;
constexpr const char* triggers_hint =
    "slapd-pgsql-check --triggers <configuration> | psql -X <database>, as the owner of the tables";

// The rows that may have others below them.
long rows_above(report_context& report)
{
    long out = 0;
    for (const directory::kind& k : report.mapping->map.kinds)
        if (k.has_children && k.error.empty())
            out += std::stol(
                std::string(report.session
                                .run_once({"SELECT count(*) FROM (" + k.list.text + ") AS e", {}},
                                          report.limits())
                                .value(0, 0)
                                .value_or("0")));
    return out;
}

void check_notifications(report_context& report)
{
    if (!report.mapping || !report.mapping->complete || !report.database.uses_notify)
        return;
    const std::string error =
        unnotified_changes(report.mapping->map, report.session, report.limits());
    if (error.empty())
        return;
    if (report.database.caches_results)
        report.add_finding(level::warning, "pgsql-cache",
                           "cache disabled: changes in the database would go unnoticed: " + error,
                           triggers_hint);
    else
        report.add_finding(rows_above(report) < many_rows ? level::note : level::warning,
                           "pgsql-kind parent=",
                           "each operation reads the rows that have others below them, since "
                           "changes would go unnoticed: " +
                               error,
                           triggers_hint);
}

} // namespace

void report_context::add_finding(level how, const std::string& object, const std::string& text,
                                 const std::string& hint, const std::vector<std::string>& examples)
{
    constexpr const char* names[] = {"error", "warning", "note"};
    json finding = {{"level", names[static_cast<int>(how)]}, {"object", object}, {"message", text}};
    if (const std::string help = !hint.empty() ? hint : refused.remedy_in(text); !help.empty())
        finding["hint"] = help;
    if (!examples.empty())
        finding["examples"] = examples;
    report["findings"].push_back(std::move(finding));
}

postgres::wait_options report_context::limits() const
{
    return {in_seconds(statement_seconds), [] { return slapd_shutdown != 0; }};
}

void report_server(report_context& report)
{
    const auto seen = postgres::inspect(report.session, report.limits());
    const int library = PQlibVersion();
    report.report["server"] = {
        {"version", seen.version},
        {"libpq", std::to_string(library / 10000) + "." + std::to_string(library % 10000)},
        {"slapd", BACK_PGSQL_BUILT_FOR},
        {"role", seen.role},
        {"database", seen.database},
        {"encoding", seen.encoding},
        {"encryption", seen.session_transport.encryption},
        {"peer", seen.session_transport.peer},
        {"local", seen.session_transport.local},
        {"clock_ahead", seen.clock_ahead}};
    if (seen.version_number < 120000)
        report.add_finding(level::error, "PostgreSQL", "version " + seen.version + " is too old",
                           "use PostgreSQL 12 or later");
    else if (seen.version_number / 10000 > library / 10000 + 2)
        report.add_finding(level::note, "PostgreSQL",
                           "version " + seen.version +
                               " is much newer than the client library, libpq " +
                               std::to_string(library / 10000));
    if (seen.encoding != "UTF8")
        report.add_finding(
            seen.encoding == "SQL_ASCII" ? level::warning : level::note, "PostgreSQL",
            "the database is in " + seen.encoding +
                (seen.encoding == "SQL_ASCII"
                     ? ": PostgreSQL does not check texts, and those that are not UTF-8 are "
                       "left out"
                     : ", which PostgreSQL converts to UTF-8"));
    if (seen.session_transport.exposed())
        report.add_finding(
            level::warning, "pgsql-uri",
            "the connection is not encrypted: password hashes can be read on the network",
            "add sslmode=verify-full, with sslrootcert=…, to pgsql-uri, and TLS to the server");
    if (std::abs(seen.clock_ahead) > seen.clock_uncertainty + 2) {
        char text[32];
        snprintf(text, sizeof text, "%.1f", std::abs(seen.clock_ahead));
        report.add_finding(
            level::warning, "clock",
            "PostgreSQL's clock is " + std::string(text) + " s " +
                (seen.clock_ahead > 0 ? "ahead of" : "behind") +
                " this machine's: modification times and shadowExpire will be misinterpreted",
            "synchronize both with the same time servers");
    }
    check_rights(report, seen);
}

std::vector<mapping_warning> warnings_about(const resolved_mapping& mapping)
{
    std::vector<mapping_warning> out = mapping.warnings;
    const auto& kinds = mapping.map.kinds;
    if (kinds.size() == 1 && kinds.front().name == "users")
        out.push_back({log_event::groups_missing,
                       "pgsql-list groups is missing: searches for groups find nothing"});
    const bool has_roles =
        std::any_of(kinds.begin(), kinds.end(), [](const auto& k) { return k.roles; });
    for (const auto& k : kinds)
        if (has_roles && !k.roles && !k.yields_to_kind && k.writes &&
            (k.values_of(mapping.map.attribute_named("memberUid")) != nullptr ||
             k.values_of(mapping.map.attribute_named("member")) != nullptr))
            out.push_back({log_event::group_roles_missing,
                           "pgsql-roles " + k.name +
                               " is missing: nothing tells which of them give roles to their "
                               "members, so that delegates may add members to all"});
    for (const auto& k : kinds)
        if (k.error.empty() && !k.yields_to_kind && k.name == "users" && k.password_column.empty())
            out.push_back({log_event::password_column_missing,
                           "users have no password column: none of them can bind"});
    return out;
}

namespace {

// A server and role that can create temporary views: from pgsql-uri or the environment variable.
postgres::endpoint endpoint_for_requirements(const service& service)
{
    postgres::endpoint out = service.notify_endpoint();
    if (const char* other = std::getenv(connection_variable); other != nullptr && *other != '\0') {
        out.uri = postgres::overridden(out.uri, other);
        out.hosts = std::make_shared<postgres::host_list>(out.uri, "");
        out.defaults = postgres::user_files(out.uri);
    }
    return out;
}

void report_replicas(report_context& report)
{
    if (lacks_syncprov(report.be))
        report.add_finding(report_context::level::warning, "pgsql-feed",
                           "no server can copy the database, which has no overlay syncprov",
                           "add overlay syncprov to the database");
}

// The sessions that one server may have.
int sessions_of(service& service)
{
    const int others =
        &service.primary_pool() != &service.pool() ? service.primary_pool().size() : 0;
    return service.pool().size() + others;
}

} // namespace

void write_report(BackendDB& be, const char* file)
{
    std::ofstream out(file, std::ios::app);
    const auto line = [&](const json& what) {
        out << what.dump(-1, ' ', false, json::error_handler_t::replace) << std::endl;
        if (!out)
            throw std::runtime_error(std::string(report_variable) + ": cannot write to " + file);
    };
    database& database = database_of(be);
    const auto service = database.serving(be);
    const std::string suffix(to_string_view(be.be_suffix[0]));
    const auto progress = [&](const std::string& text) {
        line({{"suffix", suffix}, {"progress", text}});
    };
    json report = {{"suffix", suffix}, {"findings", json::array()}};
    postgres::pool_stats stats;
    std::unique_ptr<postgres::connection> session;
    const auto failed = [&](const std::string& error) {
        report["findings"].push_back(
            {{"level", "error"}, {"object", "PostgreSQL"}, {"message", error}});
    };
    const char* asked = std::getenv(subject_variable);
    const std::string_view subject = asked != nullptr ? asked : "";
    if (subject == "requirements" || subject == "role")
        report["requirements"] = {{"role", postgres::user_of(service->read_endpoint().uri)},
                                  {"sessions", sessions_of(*service)}};
    if (subject == "role") {
        line({{"report", report}});
        return;
    }
    progress("connecting to PostgreSQL");
    try {
        postgres::endpoint endpoint = subject == "requirements"
                                          ? endpoint_for_requirements(*service)
                                          : service->read_endpoint();
        endpoint.timeout = statement_seconds;
        session = postgres::connection::open(
            endpoint, {in_seconds(endpoint.connect_timeout), [] { return slapd_shutdown != 0; }},
            stats);
    } catch (const postgres::error& e) {
        failed(e.what());
        line({{"report", report}});
        return;
    }
    report_context context{be, *service, *session, progress};
    context.report = std::move(report);
    struct part {
        const char* title;
        void (*run)(report_context&);
    };
    const std::vector<part> needs = {{"the rights", report_needs}};
    const std::vector<part> client = {{"the rights of the client", report_client}};
    const std::vector<part> all = {{"the rights", examine_refusals},
                                   {"the columns", report_columns},
                                   {"the server and the role", report_server},
                                   {"the rows", report_rows},
                                   {"the names", report_names},
                                   {"the roles", report_roles},
                                   {"the virtual entries", report_virtual},
                                   {"the searches", report_searches},
                                   {"the triggers", check_notifications},
                                   {"the replicas", report_replicas}};
    for (const auto& [what, run_part] : subject == "requirements" ? needs
                                        : subject == "client"     ? client
                                                                  : all) {
        progress(std::string("checking ") + what);
        try {
            run_part(context);
        } catch (const std::exception& e) {
            context.add_finding(level::error, what,
                                std::string(what) + " could not be checked: " + e.what());
            if (!session->reusable())
                break;
        }
    }
    line({{"report", context.report}});
}

} // namespace pgsql::slapd
