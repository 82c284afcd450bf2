// name_policy.cpp: decides which names and numbers may become virtual entries.
#include "mapping/name_policy.hpp"

#include <regex.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <stdexcept>

namespace pgsql::directory {
namespace {

// login.defs(5) and useradd(8) of Debian: no longer name is created on a machine.
constexpr std::size_t longest_name = 32;

// The accounts that Debian's base-passwd creates, and others that packages expect to create.
constexpr std::array denied_names = {"root",     "daemon", "bin",       "sys",  "sync",  "games",
                                     "man",      "lp",     "mail",      "news", "uucp",  "proxy",
                                     "www-data", "backup", "list",      "irc",  "gnats", "nobody",
                                     "_apt",     "sshd",   "messagebus"};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

} // namespace

void name_pattern::deleter::operator()(re_pattern_buffer* compiled) const
{
    regfree(compiled);
    delete compiled;
}

name_pattern::name_pattern(const std::string& expression)
{
    auto compiled = std::make_unique<re_pattern_buffer>();
    if (const int error = regcomp(compiled.get(), expression.c_str(), REG_EXTENDED)) {
        std::array<char, 128> reason{};
        (void)regerror(error, compiled.get(), reason.data(), reason.size());
        throw std::invalid_argument(reason.data());
    }
    compiled_ = {compiled.release(), deleter()};
}

// The leftmost match is the longest one (POSIX.1-2017, XBD 9.1), so that it is the whole name if
// any match is. A pair of parentheses around the expression would change its meaning.
bool name_pattern::matches(const std::string& name) const
{
    regmatch_t match{};
    return regexec(compiled_.get(), name.c_str(), 1, &match, 0) == 0 && match.rm_so == 0 &&
           static_cast<std::size_t>(match.rm_eo) == name.size();
}

number_range parse_number_range(const std::string& text)
{
    number_range out;
    const char* const end = text.data() + text.size();
    const auto first = std::from_chars(text.data(), end, out.first);
    if (first.ec != std::errc() || first.ptr == end || *first.ptr != '-')
        throw std::invalid_argument("expected FIRST-LAST, such as 30000-59999");
    const auto last = std::from_chars(first.ptr + 1, end, out.last);
    if (last.ec != std::errc() || last.ptr != end || out.last < out.first)
        throw std::invalid_argument("expected FIRST-LAST, such as 30000-59999");
    if (out.first < 1000)
        throw std::invalid_argument("numbers below 1000 belong to the accounts of machines");
    if (out.first <= 65535 && out.last >= 60001)
        throw std::invalid_argument("systemd and the kernel use the numbers from 60001 to 65535");
    if (out.last > 2147483647)
        throw std::invalid_argument("numbers end at 2147483647");
    return out;
}

void name_policy::set_pattern(const std::string& kind, name_pattern pattern)
{
    patterns_.insert_or_assign(kind, std::move(pattern));
}

bool name_policy::is_denied(std::string_view name) const
{
    if (std::find(denied_names.begin(), denied_names.end(), name) != denied_names.end() ||
        name.starts_with("systemd-") || name.starts_with('_') || name.ends_with('$') ||
        std::all_of(name.begin(), name.end(), is_digit))
        return true;
    return std::any_of(denied_.begin(), denied_.end(), [&](std::string_view one) {
        return one.ends_with('*') ? name.starts_with(one.substr(0, one.size() - 1)) : name == one;
    });
}

const char* name_policy::refusal(const std::string& kind, const std::string& name) const
{
    if (name.empty() || name.size() > longest_name)
        return "length";
    if (!std::all_of(name.begin(), name.end(), [](char c) { return c > ' ' && c < 0x7f; }))
        return "characters";
    const auto pattern = patterns_.find(kind);
    if (pattern == patterns_.end() || !pattern->second.matches(name))
        return "pattern";
    return is_denied(name) ? "deny list" : nullptr;
}

} // namespace pgsql::directory
