// role_parser.cpp: parses the directive about what a role permits.
#include "slapd/serving/role_parser.hpp"

#include "slapd/core/schema.hpp"
#include "slapd/serving/directive_words.hpp"

#include <fmt/core.h>

#include <array>

namespace pgsql::slapd {
namespace {

using directory::config_error;
using directory::role_action;
using directory::role_rule;
using words = directive_words;

struct action_name {
    const char* name;
    role_action action;
};
constexpr std::array<action_name, 8> actions = {{{"search", role_action::search},
                                                 {"read", role_action::read},
                                                 {"add", role_action::add},
                                                 {"modify", role_action::modify},
                                                 {"rename", role_action::rename},
                                                 {"move", role_action::move},
                                                 {"delete", role_action::remove},
                                                 {"password", role_action::password}}};

std::set<std::string> attributes_of(words& in, const std::string& option, const std::string& value)
{
    std::set<std::string> out;
    for (const std::string& name : comma_separated(value)) {
        std::string error;
        const AttributeDescription* const ad = find_attribute(name, error);
        if (ad == nullptr)
            in.fail(fmt::format("{}: slapd's schema has no attribute \"{}\"", option, name));
        if (is_password(*ad))
            in.fail(option + ": passwords have an action of their own, password");
        if (!BER_BVISNULL(&ad->ad_tags) || ad->ad_flags != 0)
            in.fail(option + ": write the attribute without options");
        out.insert(to_lower(to_string_view(ad->ad_type->sat_cname)));
    }
    return out;
}

role_rule::target target_of(words& in, const std::string& option, const std::string& value)
{
    if (value == "any")
        return role_rule::target::any;
    if (value == "unprivileged")
        return role_rule::target::unprivileged;
    in.fail("\"" + option + "\" is none of targets=any and targets=unprivileged");
}

void check_kind(const std::vector<directory::kind_setting>& kinds, const std::string& role,
                const std::string& kind)
{
    for (const auto& one : kinds)
        if (one.name == kind)
            return;
    throw config_error(
        fmt::format("pgsql-role {}: there is no kind \"{}\"; * stands for every kind", role, kind));
}

} // namespace

role_rule parse_role_rule(const std::string& text)
{
    words in("pgsql-role", text);
    role_rule out{.role = in.next("role"), .kind = in.next("kind")};
    for (const std::string& name : comma_separated(in.next("list of actions"))) {
        const auto at = std::find_if(actions.begin(), actions.end(),
                                     [&](const action_name& one) { return one.name == name; });
        if (at == actions.end())
            in.fail("\"" + name +
                    "\" is none of search, read, add, modify, rename, move, delete and password");
        out.actions.insert(at->action);
    }
    std::set<std::string> given;
    while (!in.rest().empty()) {
        const std::string option = in.next("option");
        if (!given.insert(option.substr(0, option.find('='))).second)
            in.fail("the option \"" + option.substr(0, option.find('=')) + "\" is given twice");
        const std::string value = option.substr(std::min(option.find('=') + 1, option.size()));
        if (option == "self") {
            out.self = true;
        } else if (option == "attrs=*") {
            out.all_attributes = true;
        } else if (option.starts_with("attrs=")) {
            out.all_attributes = false;
            out.attributes = attributes_of(in, option, value);
        } else if (option.starts_with("except=")) {
            out.except = attributes_of(in, option, value);
        } else if (option.starts_with("names=") && !value.empty()) {
            out.names = value;
        } else if (option.starts_with("targets=")) {
            out.targets = target_of(in, option, value);
        } else {
            in.fail("\"" + option +
                    "\" is none of attrs=<attribute>,…, attrs=*, except=<attribute>,…, "
                    "names=<kind>, targets=any, targets=unprivileged and self");
        }
    }
    for (const role_action one : {role_action::add, role_action::move, role_action::remove})
        if (out.self && out.permits(one))
            in.fail("with self the actions are search, read, modify, rename and password");
    return out;
}

std::vector<role_rule> read_role_rules(const directives& directives,
                                       const std::vector<directory::kind_setting>& kinds)
{
    std::vector<role_rule> out;
    for (const std::string& text : directives.values_of(directives::role)) {
        role_rule rule = parse_role_rule(text);
        if (rule.kind != "*")
            check_kind(kinds, rule.role, rule.kind);
        if (!rule.names.empty())
            check_kind(kinds, rule.role, rule.names);
        out.push_back(std::move(rule));
    }
    const bool assigned =
        std::any_of(kinds.begin(), kinds.end(), [](const auto& kind) { return kind.roles; });
    if (assigned && out.empty())
        throw config_error("pgsql-roles: no pgsql-role tells what a role permits");
    if (!assigned && !out.empty())
        throw config_error("pgsql-role: no pgsql-roles tells who has the role");
    return out;
}

} // namespace pgsql::slapd
