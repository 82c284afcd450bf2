// report.cpp: turns a database of slapd and its PostgreSQL into a report on what is wrong with
// them.
#include "slapd/tool/report_context.hpp"

#include "slapd/serving/cache_invalidation.hpp"
#include "slapd/serving/database.hpp"
#include "slapd/tool/report.hpp"

#include "advisor/explain.hpp"
#include "advisor/explain_plan.hpp"
#include "advisor/server_inspection.hpp"
#include "postgres/conninfo.hpp"

#include <cmath>
#include <fstream>

namespace pgsql::slapd {
namespace {

using nlohmann::json;
using level = examination::level;

constexpr double statement_seconds = 60;

// The tables that the queries of the configuration read.
std::set<std::pair<std::string, std::string>> tables_read(examination& of)
{
    std::set<std::pair<std::string, std::string>> out;
    const auto add = [&](const std::string& text, std::vector<std::string> values) {
        try {
            const auto plan = postgres::plan_of({text, std::move(values)}, of.session, of.limits());
            out.insert(plan.relations.begin(), plan.relations.end());
        } catch (const postgres::error& e) {
            if (e.why() != postgres::error::cause::statement)
                throw; // refused: said where the kind's columns are looked at
        }
    };
    for (const auto& k : of.mapping->map.kinds) {
        if (!k.problem.empty() || k.only_if_none_in >= 0)
            continue;
        add(k.list.text, {});
        if (!k.everybody.text.empty())
            add(k.everybody.text, {});
        if (!k.gate.empty())
            add("SELECT (" + k.gate + "\n) IS TRUE FROM (" + k.list.text + ") AS e", {});
        for (const auto& v : k.values)
            if (v.problem.empty())
                add(v.text, {"{}"});
        for (const auto& l : k.lookups)
            add(l.query.text, {"0"});
    }
    return out;
}

void examine_rights(examination& of, const postgres::inspection& seen)
{
    const std::string role = "role " + seen.role;
    for (const auto& right : seen.role_rights)
        of.find(level::warning, role, role + " " + right + "; it only has to read",
                "make a role of its own; slapd-pgsql-check --grants prints how");
    if (!seen.role_rights.empty() && seen.role_rights.front() == "is a superuser")
        return; // everything else follows from it
    for (const auto& schema : seen.schemas)
        of.find(level::warning, role, role + " may create tables in schema " + schema,
                "REVOKE CREATE ON SCHEMA " + schema + " FROM PUBLIC, " + seen.role);
    const bool changes = of.with.changes_passwords;
    for (const auto& on : seen.changes) {
        // What pgsql-password-change needs is UPDATE of some columns of one table.
        if (changes && on.columns_only && !on.rights.starts_with("INSERT"))
            continue;
        of.find(level::warning, role,
                role + " may do more to " + on.table + " than read it: " + on.rights,
                on.columns_only
                    ? "REVOKE the right" +
                          std::string(
                              changes ? "" : "; it is for pgsql-password-change, which is not set")
                    : "REVOKE " + on.rights + " ON " + on.table + " FROM PUBLIC, " + seen.role +
                          (changes ? "; for pgsql-password-change, GRANT UPDATE of the "
                                     "columns that it sets"
                                   : ""));
    }
    if (!of.mapping)
        return;
    const auto read = tables_read(of);
    std::vector<std::string> others;
    for (const auto& table : seen.readable)
        if (!read.contains(table))
            others.push_back(postgres::quote_identifier(table.first) + "." +
                             postgres::quote_identifier(table.second));
    if (!others.empty()) {
        const auto count = others.size();
        others.resize(std::min<std::size_t>(count, 3));
        of.find(level::note, role,
                role + " may read " + std::to_string(count) + (count == 1 ? " table" : " tables") +
                    " that no query reads",
                "REVOKE SELECT ON … FROM PUBLIC, " + seen.role, others);
    }
}

void examine_changes(examination& of)
{
    if (!of.mapping || !of.mapping->complete || !of.with.hears_changes)
        return;
    const std::string why = untold_changes(of.mapping->map, of.session, of.limits());
    if (!why.empty())
        of.find(level::warning, "pgsql-cache",
                "the cache is not used, since changes in the database would not be heard of: " +
                    why);
}

} // namespace

void examination::find(level how, const std::string& about, const std::string& what,
                       const std::string& mend, const std::vector<std::string>& examples)
{
    constexpr const char* names[] = {"error", "warning", "note"};
    json finding = {{"level", names[static_cast<int>(how)]}, {"about", about}, {"what", what}};
    if (const std::string help = !mend.empty() ? mend : refused.remedy_in(what); !help.empty())
        finding["mend"] = help;
    if (!examples.empty())
        finding["examples"] = examples;
    report["findings"].push_back(std::move(finding));
}

postgres::patience examination::limits() const
{
    return {in_seconds(statement_seconds), [] { return slapd_shutdown != 0; }};
}

void examine_server(examination& of)
{
    const auto seen = postgres::inspect(of.session, of.limits());
    const int library = PQlibVersion();
    of.report["server"] = {
        {"version", seen.version},
        {"libpq", std::to_string(library / 10000) + "." + std::to_string(library % 10000)},
        {"slapd", BACK_PGSQL_BUILT_FOR},
        {"role", seen.role},
        {"database", seen.database},
        {"encoding", seen.encoding},
        {"encryption", seen.how.encryption},
        {"peer", seen.how.peer},
        {"local", seen.how.local},
        {"clock_ahead", seen.clock_ahead}};
    if (seen.version_number < 120000)
        of.find(level::error, "PostgreSQL", "version " + seen.version + " is too old",
                "use PostgreSQL 12 or later");
    else if (seen.version_number / 10000 > library / 10000 + 2)
        of.find(level::note, "PostgreSQL",
                "version " + seen.version + " is much newer than the client library, libpq " +
                    std::to_string(library / 10000));
    if (seen.encoding != "UTF8")
        of.find(seen.encoding == "SQL_ASCII" ? level::warning : level::note, "PostgreSQL",
                "the database is in " + seen.encoding +
                    (seen.encoding == "SQL_ASCII"
                         ? ": PostgreSQL does not check texts, and those that are not UTF-8 are "
                           "left out"
                         : ", which PostgreSQL converts to UTF-8"));
    if (seen.how.exposed())
        of.find(level::warning, "pgsql-uri",
                "the connection is not encrypted: hashes travel as they are",
                "add sslmode=verify-full, with sslrootcert=…, to pgsql-uri, and TLS to the server");
    if (std::abs(seen.clock_ahead) > seen.uncertain + 2) {
        char text[32];
        snprintf(text, sizeof text, "%.1f", std::abs(seen.clock_ahead));
        of.find(level::warning, "clock",
                "PostgreSQL's clock is " + std::string(text) + " s " +
                    (seen.clock_ahead > 0 ? "ahead of" : "behind") +
                    " this machine's: times of change and shadowExpire are taken amiss",
                "have both follow the same time servers");
    }
    examine_rights(of, seen);
}

std::vector<std::string> remarks_on(const bound& mapping)
{
    std::vector<std::string> out = mapping.remarks;
    const auto& kinds = mapping.map.kinds;
    if (kinds.size() == 1 && kinds.front().name == "users")
        out.emplace_back("there is no pgsql-list groups, so searches for groups find nothing");
    for (const auto& k : kinds)
        if (k.problem.empty() && k.only_if_none_in < 0 && k.name == "users" &&
            k.password_column.empty())
            out.emplace_back("users have no password column, so none of them can bind");
    return out;
}

namespace {

// Where temporary views can be made, as pgsql-uri or somebody else says.
postgres::target asked_at(const service& with)
{
    postgres::target out = with.listens_at();
    if (const char* other = std::getenv(connection_variable); other != nullptr && *other != '\0') {
        out.uri = postgres::overridden(out.uri, other);
        out.hosts = std::make_shared<postgres::route>(out.uri, "");
        out.defaults = postgres::own_files(out.uri);
    }
    return out;
}

} // namespace

void examine(BackendDB& be, const char* file)
{
    std::ofstream out(file, std::ios::app);
    const auto line = [&](const json& what) {
        out << what.dump(-1, ' ', false, json::error_handler_t::replace) << std::endl;
        if (!out)
            throw std::runtime_error(std::string(report_variable) + ": cannot write to " + file);
    };
    database& mine = database_of(be);
    const auto with = mine.serving(be);
    const std::string suffix(view(be.be_suffix[0]));
    const auto progress = [&](const std::string& what) {
        line({{"suffix", suffix}, {"progress", what}});
    };
    json report = {{"suffix", suffix}, {"findings", json::array()}};
    postgres::traffic counted;
    std::unique_ptr<postgres::connection> session;
    const auto failed = [&](const std::string& why) {
        report["findings"].push_back({{"level", "error"}, {"about", "PostgreSQL"}, {"what", why}});
    };
    const char* asked = std::getenv(subject_variable);
    const std::string_view subject = asked != nullptr ? asked : "";
    if (!subject.empty())
        report["requirements"] = {{"role", postgres::user_of(with->reads_at().uri)},
                                  {"sessions", with->pool().size()}};
    if (subject == "role") {
        line({{"report", report}});
        return;
    }
    progress("connecting to PostgreSQL");
    try {
        postgres::target at = subject == "requirements" ? asked_at(*with) : with->reads_at();
        at.timeout = statement_seconds;
        session = postgres::connection::open(
            at, {in_seconds(at.connect_timeout), [] { return slapd_shutdown != 0; }}, counted);
    } catch (const postgres::error& e) {
        failed(e.what());
        line({{"report", report}});
        return;
    }
    examination of{be, *with, *session, progress};
    of.report = std::move(report);
    struct part {
        const char* what;
        void (*examine)(examination&);
    };
    const std::vector<part> needs = {{"the rights", report_needs}};
    const std::vector<part> all = {{"the rights", examine_refusals},
                                   {"the columns", examine_columns},
                                   {"the server and the role", examine_server},
                                   {"the rows", examine_rows},
                                   {"the names", examine_names},
                                   {"the searches", examine_searches},
                                   {"the triggers", examine_changes}};
    for (const auto& [what, examine_part] : subject == "requirements" ? needs : all) {
        progress(std::string("looking at ") + what);
        try {
            examine_part(of);
        } catch (const std::exception& e) {
            of.find(level::error, what, std::string(what) + " could not be looked at: " + e.what());
            if (!session->reusable())
                break;
        }
    }
    line({{"report", of.report}});
}

} // namespace pgsql::slapd
