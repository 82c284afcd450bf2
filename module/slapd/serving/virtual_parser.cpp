// virtual_parser.cpp: parses the directives about virtual entries.
#include "slapd/serving/virtual_parser.hpp"

#include <fmt/core.h>

#include <charconv>

namespace pgsql::slapd {
namespace {

using directory::config_error;
using words = directive_words;

struct kind_pattern {
    std::string kind;
    directory::name_pattern pattern;
};

kind_pattern parse_names(const std::string& text)
{
    words in("pgsql-virtual-names", text);
    const std::string kind = in.next("kind");
    const std::string expression(in.rest());
    if (expression.empty())
        in.fail("the regular expression is missing");
    try {
        return {kind, directory::name_pattern(expression)};
    } catch (const std::invalid_argument& e) {
        in.fail(fmt::format("the regular expression does not compile: {}", e.what()));
    }
}

std::vector<std::string> parse_deny(const std::string& text)
{
    words in("pgsql-virtual-deny", text);
    std::vector<std::string> out;
    while (!in.rest().empty()) {
        const std::string name = in.next("name");
        if (name.find('*') < name.size() - 1 || name == "*")
            in.fail(fmt::format("\"{}\": a * may only follow the beginning of names", name));
        out.push_back(name);
    }
    return out;
}

void check_query(const directory::kind_setting& kind, const directory::virtual_setting& one,
                 const directory::name_policy& policy, bool has_roles)
{
    const std::string directive = fmt::format("pgsql-virtual {} {}", kind.name, one.attribute);
    if (!kind.parent_kind.empty())
        throw config_error(directive +
                           ": rows place the entries of the kind (parent=), so that a name does "
                           "not tell where its entry would be");
    const bool by_name = one.attribute == kind.sources.front().attribute;
    if (!by_name && one.attribute != "uidNumber" && one.attribute != "gidNumber")
        throw config_error(fmt::format(
            "{}: the attribute is none of {}, which names the entries, uidNumber and gidNumber",
            directive, kind.sources.front().attribute));
    if (!by_name && one.write)
        throw config_error(directive + ": write is for names; a number registers nothing");
    if (by_name && !policy.has_pattern(kind.name))
        throw config_error(fmt::format(
            "{0}: pgsql-virtual-names {1} is missing, which tells the names that may become "
            "entries; for instance: pgsql-virtual-names {1} [a-z]+[0-9]",
            directive, kind.name));
    if (!one.write && has_roles)
        throw config_error(directive + ": without write it cannot be combined with pgsql-roles, "
                                       "which permit to see rows");
}

} // namespace

distinct_name_limit parse_name_rate(const std::string& text)
{
    distinct_name_limit out;
    long seconds = 0;
    const char* const end = text.data() + text.size();
    const auto names = std::from_chars(text.data(), end, out.names);
    if (names.ec == std::errc() && names.ptr != end && *names.ptr == '/') {
        const auto period = std::from_chars(names.ptr + 1, end, seconds);
        out.period = std::chrono::seconds(seconds);
        if (period.ec == std::errc() && period.ptr == end && out.names >= 1 && out.names <= 10000 &&
            seconds >= 1 && seconds <= 86400)
            return out;
    }
    throw std::invalid_argument(
        "expected NAMES/SECONDS, such as 30/60, of 1 to 10000 names and 1 to 86400 seconds");
}

void check_virtual_names(const std::string& text) { (void)parse_names(text); }

void check_virtual_deny(const std::string& text) { (void)parse_deny(text); }

directory::name_policy read_name_policy(const directives& directives,
                                        const std::vector<directory::kind_setting>& kinds)
{
    directory::name_policy out;
    for (const std::string& text : directives.values_of(directives::virtual_names)) {
        kind_pattern one = parse_names(text);
        const auto kind = std::find_if(kinds.begin(), kinds.end(),
                                       [&](const auto& k) { return k.name == one.kind; });
        if (kind == kinds.end() || kind->virtuals.empty())
            throw config_error(
                fmt::format("pgsql-virtual-names {0}: there is no pgsql-virtual {0}", one.kind));
        if (out.has_pattern(one.kind))
            throw config_error(fmt::format(
                "pgsql-virtual-names {}: the kind has a pattern already; join both with |",
                one.kind));
        out.set_pattern(one.kind, std::move(one.pattern));
    }
    for (const std::string& text : directives.values_of(directives::virtual_deny))
        for (const std::string& name : parse_deny(text))
            out.deny(name);
    out.numbers = directory::parse_number_range(directives.text(directives::virtual_numbers));
    const bool has_roles =
        std::any_of(kinds.begin(), kinds.end(), [](const auto& k) { return k.roles; });
    for (const auto& kind : kinds)
        for (const auto& one : kind.virtuals)
            check_query(kind, one, out, has_roles);
    return out;
}

} // namespace pgsql::slapd
