// report_virtual.cpp: reports on the queries for entries that no row has.
#include "slapd/tool/report_context.hpp"

#include "slapd/serving/configured_queries.hpp"
#include "slapd/serving/virtual_checks.hpp"

#include <fmt/core.h>

namespace pgsql::slapd {
namespace {

using level = report_context::level;

// Accounts that packages of Debian create when they are installed.
constexpr const char* package_accounts[] = {"foosvc",   "mysql", "postfix", "prometheus", "redis",
                                            "openldap", "sssd",  "tcpdump", "uuidd",      "lxd"};

void check_query(report_context& report, const directory::kind& k,
                 const directory::virtual_query& query)
{
    const std::string object =
        directive_of(report.mapping->map, k, "pgsql-virtual", query.row.attribute);
    if (const auto why = problem_of_virtual(query, report.session, report.limits()); !why.empty())
        report.add_finding(level::error, object, why);
    if (const auto number =
            number_for_all(report.mapping->map, k, query, report.session, report.limits());
        !number.empty())
        report.add_finding(level::error, object,
                           fmt::format("different names get the number {}: SSSD takes them for one "
                                       "user, and sudo gives one of them the rights of another",
                                       number),
                           "give each name a number of its own, as schema/virtual-users.sql does; "
                           "with nslcd alone, one number is possible");
    if (!query.by_name)
        return;
    std::vector<std::string> names;
    for (const char* const name : package_accounts)
        if (report.database.name_policy().refusal(k.name, name) == nullptr)
            names.emplace_back(name);
    if (!names.empty())
        report.add_finding(level::warning, "pgsql-virtual-names " + k.name,
                           "packages cannot create their accounts on machines whose directory "
                           "knows any name that matches",
                           "choose names that packages do not use, such as [a-z]+[0-9]", names);
}

} // namespace

void report_virtual(report_context& report)
{
    if (!report.mapping)
        return;
    for (const auto& k : report.mapping->map.kinds)
        for (const auto& query : k.virtuals)
            check_query(report, k, query);
}

} // namespace pgsql::slapd
