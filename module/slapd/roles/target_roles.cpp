// target_roles.cpp: compares the roles of an entry that is to be changed with those of the client.
#include "slapd/roles/target_roles.hpp"

#include <algorithm>

namespace pgsql::slapd {
namespace {

using directory::role_rule;

// Whether the one rule is about all attributes that the other one is about.
bool includes(const role_rule& one, const role_rule& other)
{
    if (!other.all_attributes)
        return std::all_of(
            other.attributes.begin(), other.attributes.end(),
            [&](const std::string& name) { return !other.is_about(name) || one.is_about(name); });
    return one.all_attributes &&
           std::all_of(one.except.begin(), one.except.end(),
                       [&](const std::string& name) { return other.except.contains(name); });
}

} // namespace

std::vector<assignment> target_roles::of(std::string_view ndn)
{
    return resolve_roles(op_, service_, tree_, read_roles(op_, service_, tree_, ndn).rows, true);
}

bool target_roles::stay_the_same(std::string_view old_ndn, std::string_view new_ndn)
{
    const auto before = roles_.rules_at(old_ndn);
    const auto now = resolve_roles(
        op_, service_, tree_, read_roles(op_, service_, tree_, to_string_view(op_.o_ndn)).rows);
    const berval at = to_berval(new_ndn);
    return std::all_of(now.begin(), now.end(), [&](const assignment& one) {
        const berval top = to_berval(one.top);
        const auto& rules = service_.role_rules();
        return dnIsSuffix(&at, &top) == 0 ||
               std::all_of(rules.begin(), rules.end(), [&](const role_rule& rule) {
                   return rule.role != one.role || rule.self ||
                          std::find(before.begin(), before.end(), &rule) != before.end();
               });
    });
}

bool target_roles::covers(const role_rule& rule, std::string_view top)
{
    const auto mine = roles_.rules_at(top);
    return std::all_of(rule.actions.begin(), rule.actions.end(), [&](const auto action) {
        return std::any_of(mine.begin(), mine.end(), [&](const role_rule* own) {
            return own->permits(action) && own->concerns(rule.kind) && includes(*own, rule) &&
                   (own->names.empty() || own->names == rule.names) && own->targets >= rule.targets;
        });
    });
}

bool target_roles::covers(const std::vector<assignment>& roles)
{
    const auto& rules = service_.role_rules();
    return std::all_of(roles.begin(), roles.end(), [&](const assignment& one) {
        return std::all_of(rules.begin(), rules.end(), [&](const role_rule& rule) {
            return rule.role != one.role || rule.self || covers(rule, one.top);
        });
    });
}

} // namespace pgsql::slapd
