// report_columns.cpp: turns the columns of the configuration's queries into what becomes of them.
#include "slapd/tool/report_context.hpp"

#include "slapd/tool/report.hpp"

#include <algorithm>

namespace pgsql::slapd {
namespace {

using nlohmann::json;
using level = examination::level;

// As PostgreSQL writes the types: character varying, text[].
std::map<unsigned, std::string> type_names(examination& of)
{
    std::string numbers = "{";
    for (const auto& k : of.mapping->map.kinds)
        for (const auto& c : k.columns)
            numbers += (numbers.size() == 1 ? "" : ",") + std::to_string(c.number);
    const auto found = of.session.run_once(
        {"SELECT n, pg_catalog.format_type(n, NULL) FROM unnest($1::oid[]) AS n", {numbers + "}"}},
        of.limits());
    std::map<unsigned, std::string> out;
    for (int i = 0; i < found.count(); ++i)
        out[static_cast<unsigned>(std::stoul(std::string(found.at(i, 0).value_or("0"))))] =
            found.at(i, 1).value_or("");
    return out;
}

// What a column is for, besides attributes.
std::vector<std::string> uses(const directory::kind& k, const std::string& column)
{
    std::vector<std::string> out;
    if (column == k.password_column)
        out.emplace_back("the password hash");
    if (column == k.chain_column)
        out.emplace_back("the checks of a login");
    if (!k.gate.empty() && k.gate.find(column) != std::string::npos)
        out.emplace_back("pgsql-login-filter");
    for (const auto& s : k.sources)
        for (const auto& t : s.defaults)
            if (t.uses(column) && std::find(out.begin(), out.end(), "defaults") == out.end())
                out.emplace_back("defaults");
    return out;
}

json columns_of(const bound& with, const directory::kind& k,
                const std::map<unsigned, std::string>& types)
{
    json out = json::array();
    for (const auto& c : k.columns) {
        json attributes = json::array();
        for (const auto& s : k.sources)
            if (s.column == c.name)
                attributes.push_back(
                    with.map.attributes[static_cast<std::size_t>(s.attribute)].name);
        const auto type = types.find(c.number);
        out.push_back({{"name", c.name},
                       {"type", type != types.end() ? type->second : "unknown"},
                       {"attributes", std::move(attributes)},
                       {"uses", uses(k, c.name)}});
    }
    return out;
}

// Attributes without a column, and what stands in.
json without_column(const bound& with, const directory::kind& k)
{
    json out = json::array();
    for (const auto& s : k.sources)
        if (s.column.empty())
            out.push_back(
                {{"name", with.map.attributes[static_cast<std::size_t>(s.attribute)].name},
                 {"from", s.of_name ? "the entry's name" : "defaults"}});
    for (const auto& v : k.values)
        out.push_back({{"name", with.map.attributes[static_cast<std::size_t>(v.attribute)].name},
                       {"from", v.listing.empty() ? "a query of its own" : "a list"}});
    return out;
}

// What clients of users look for and no column gives.
void missing(examination& of, const directory::kind& k)
{
    if (k.name != "users" || k.only_if_none_in >= 0)
        return;
    const auto lacks = [&](const char* name) {
        const int a = of.mapping->map.attribute_folded(name);
        const directory::source* s = a >= 0 ? k.source_of(a) : nullptr;
        return (s == nullptr || s->column.empty()) && (a < 0 || k.values_of(a) == nullptr);
    };
    const std::string about = "pgsql-list users";
    if (lacks("loginShell"))
        of.find(level::note, about, "no column gives the login shell: everybody has the default",
                "return one AS login_shell");
    if (lacks("mail"))
        of.find(level::note, about,
                "no column gives the mail address: it is made of the name and the domain",
                "return one AS mail");
    if (lacks("sshPublicKey"))
        of.find(level::note, about, "no column gives SSH keys, for sss_ssh_authorizedkeys",
                "include openssh-lpk.schema and return one AS \"sshPublicKey\"");
    if (lacks("modifyTimestamp"))
        of.find(level::note, about,
                "no column gives the time of change: SSSD's enumeration reads all users each time",
                "return one AS updated_at");
}

} // namespace

void examine_columns(examination& of)
{
    of.mapping = of.with.mapping(of.limits());
    for (const auto& remark : remarks_on(*of.mapping))
        of.find(level::warning, "configuration", remark);
    const auto types = type_names(of);
    json& kinds = of.report["kinds"] = json::array();
    std::set<std::string> said; // private groups have the problems of groups
    for (const auto& k : of.mapping->map.kinds) {
        if (!k.problem.empty()) {
            if (!said.insert(k.problem).second)
                continue;
            const std::string help = of.refused.remedy_of(k.problem);
            of.find(level::error, k.name, k.problem,
                    !help.empty()
                        ? help
                        : "until this is fixed, searches for " + k.name + " get an error");
            continue;
        }
        if (k.only_if_none_in >= 0)
            continue;
        kinds.push_back({{"name", k.name},
                         {"columns", columns_of(*of.mapping, k, types)},
                         {"without_column", without_column(*of.mapping, k)}});
        for (const auto& v : k.values)
            if (!v.problem.empty())
                of.find(level::error, k.name, v.problem);
        missing(of, k);
    }
    for (const auto& one : of.refused.beside(of.mapping->map))
        of.find(level::error, one.name, refused_statements::fault(one), of.refused.remedy(one));
}

} // namespace pgsql::slapd
