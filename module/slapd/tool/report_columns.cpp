// report_columns.cpp: reports which attributes the columns of the configured queries become.
#include "slapd/tool/report_context.hpp"

#include "slapd/tool/report.hpp"

#include <algorithm>

namespace pgsql::slapd {
namespace {

using nlohmann::json;
using level = report_context::level;

// The type names as PostgreSQL writes them: character varying, text[].
std::map<unsigned, std::string> type_names(report_context& report)
{
    std::string numbers = "{";
    for (const auto& k : report.mapping->map.kinds)
        for (const auto& c : k.columns)
            numbers += (numbers.size() == 1 ? "" : ",") + std::to_string(c.type_oid);
    const auto found = report.session.run_once(
        {"SELECT n, pg_catalog.format_type(n, NULL) FROM unnest($1::oid[]) AS n", {numbers + "}"}},
        report.limits());
    std::map<unsigned, std::string> out;
    for (int i = 0; i < found.count(); ++i)
        out[static_cast<unsigned>(std::stoul(std::string(found.value(i, 0).value_or("0"))))] =
            found.value(i, 1).value_or("");
    return out;
}

// The uses of a column besides attributes.
std::vector<std::string> uses(const directory::kind& k, const std::string& column)
{
    std::vector<std::string> out;
    if (column == k.password_column)
        out.emplace_back("the password hash");
    if (column == k.chain_column)
        out.emplace_back("the checks of a login");
    if (column == k.key_column)
        out.emplace_back("the key");
    if (column == k.parent_column)
        out.emplace_back("the parent");
    if (!k.login_filter.empty() && k.login_filter.find(column) != std::string::npos)
        out.emplace_back("pgsql-login-filter");
    for (const auto& s : k.sources)
        for (const auto& t : s.defaults)
            if (t.uses(column) && std::find(out.begin(), out.end(), "defaults") == out.end())
                out.emplace_back("defaults");
    return out;
}

json columns_of(const resolved_mapping& mapping, const directory::kind& k,
                const std::map<unsigned, std::string>& types)
{
    json out = json::array();
    for (const auto& c : k.columns) {
        json attributes = json::array();
        for (const auto& s : k.sources)
            if (s.column == c.name)
                attributes.push_back(mapping.map.attributes[s.attribute].name);
        const auto type = types.find(c.type_oid);
        out.push_back({{"name", c.name},
                       {"type", type != types.end() ? type->second : "unknown"},
                       {"attributes", std::move(attributes)},
                       {"uses", uses(k, c.name)}});
    }
    return out;
}

// Attributes without a column, and the source of their values.
json without_column(const resolved_mapping& mapping, const directory::kind& k)
{
    json out = json::array();
    for (const auto& s : k.sources)
        if (s.column.empty())
            out.push_back({{"name", mapping.map.attributes[s.attribute].name},
                           {"from", !s.generated_uuid      ? "defaults"
                                    : k.key_column.empty() ? "generated from the name"
                                                           : "generated from the key"}});
    for (const auto& v : k.values)
        out.push_back({{"name", mapping.map.attributes[v.attribute].name},
                       {"from", v.source_sql.empty() ? "other queries" : "pgsql-values"}});
    return out;
}

// Attributes of users that clients commonly read and that no column provides.
void missing(report_context& report, const directory::kind& k)
{
    if (k.name != "users" || k.yields_to_kind)
        return;
    const auto lacks = [&](const char* name) {
        const auto a = report.mapping->map.attribute_ignoring_case(name);
        const directory::attribute_source* s = k.source_of(a);
        return (s == nullptr || s->column.empty()) && k.values_of(a) == nullptr;
    };
    const std::string object = "pgsql-list users";
    if (lacks("loginShell"))
        report.add_finding(level::note, object,
                           "no column for the login shell: all users get the default",
                           "return a column AS login_shell");
    if (lacks("mail"))
        report.add_finding(
            level::note, object,
            "no column for the mail address: it is built from the name and the domain",
            "return a column AS mail");
    if (lacks("sshPublicKey"))
        report.add_finding(level::note, object,
                           "no column for SSH keys, which sss_ssh_authorizedkeys reads",
                           "include openssh-lpk.schema and return a column AS \"sshPublicKey\"");
    if (lacks("modifyTimestamp"))
        report.add_finding(
            level::note, object,
            "no column for the modification time: SSSD's enumeration reads all users each time",
            "return a column AS updated_at");
}

} // namespace

void report_columns(report_context& report)
{
    report.mapping = report.database.mapping(report.limits());
    for (const auto& remark : warnings_about(*report.mapping))
        report.add_finding(level::warning, "configuration", remark.text);
    const auto types = type_names(report);
    json& kinds = report.report["kinds"] = json::array();
    std::set<std::string> reported; // private groups share the errors of groups
    for (const auto& k : report.mapping->map.kinds) {
        if (!k.error.empty()) {
            if (!reported.insert(k.error).second)
                continue;
            const std::string help = report.refused.remedy_of(k.error);
            report.add_finding(
                level::error, k.name, k.error,
                !help.empty() ? help : "searches for " + k.name + " will fail until this is fixed");
            continue;
        }
        if (k.yields_to_kind)
            continue;
        kinds.push_back({{"name", k.name},
                         {"columns", columns_of(*report.mapping, k, types)},
                         {"without_column", without_column(*report.mapping, k)}});
        for (const auto& v : k.values)
            if (!v.error.empty())
                report.add_finding(level::error, k.name, v.error);
        missing(report, k);
    }
    for (const auto& one : report.refused.optional_statements(report.mapping->map))
        report.add_finding(level::error, one.name, refused_statements::fault(one),
                           report.refused.remedy(one));
}

} // namespace pgsql::slapd
