// directives.cpp: the names of directives, their defaults and the checks of their values.
#include "slapd/serving/directives.hpp"
#include "slapd/serving/kind_parser.hpp"
#include "slapd/serving/virtual_parser.hpp"

#include "auth/check_chain.hpp"
#include "auth/hash_format.hpp"
#include "auth/push_approval.hpp"
#include "base/ascii.hpp"
#include "slapd/core/slapd.hpp"

#include <fmt/core.h>

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <stdexcept>

namespace pgsql::slapd {

const std::array<directive, directives::count> directives::table = {{
#define DIRECTIVE(key, ...) {#key, __VA_ARGS__},
#include "slapd/serving/directives.def"
#undef DIRECTIVE
}};

namespace {

[[noreturn]] void reject(const directive& directive, std::string_view value,
                         const std::string& reason)
{
    throw config_error(directive.name() + " " + std::string(value) + ": " + reason);
}

// 3600 and 0.05, not 3600.000000.
std::string as_text(double value)
{
    std::array<char, 32> buffer{};
    const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value,
                                   std::chars_format::fixed);
    return {buffer.data(), end.ptr};
}

std::string checked_number(const directive& directive, const std::string& text)
{
    const value_rule& rule = directive.value;
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool whole = rule.type == value_type::whole_number;
    if (error != std::errc() || end != text.data() + text.size() ||
        !(value >= rule.least && value <= rule.maximum) || (whole && value != std::floor(value)))
        reject(directive, text,
               std::string("expected ") + (whole ? "a whole number" : "a number") + " of " +
                   rule.argument + " between " + as_text(rule.least) + " and " +
                   as_text(rule.maximum));
    return text;
}

std::string checked_flag(const directive& directive, const std::string& text)
{
    const std::string word = lower_ascii(text);
    if (word == "on" || word == "true" || word == "yes")
        return "TRUE";
    if (word == "off" || word == "false" || word == "no")
        return "FALSE";
    reject(directive, text, "expected on or off");
}

std::string checked_word(const directive& directive, const std::string& text)
{
    const std::string word = lower_ascii(text);
    for (std::string_view left = directive.value.argument; !left.empty();) {
        const std::string_view choice = left.substr(0, left.find('|'));
        if (word == choice)
            return word;
        left.remove_prefix(std::min(choice.size() + 1, left.size()));
    }
    reject(directive, text, std::string("expected one of ") + directive.value.argument);
}

// The URI, if libpq can parse it. Does not connect.
std::string check_uri(const char* uri)
{
    char* why = nullptr;
    PQconninfoOption* options = PQconninfoParse(uri, &why);
    if (options == nullptr) {
        const std::string_view given = uri;
        if (const auto scheme = given.find("://"); scheme < given.find_first_of(" =/"))
            if (const auto name = given.substr(0, scheme);
                name != "postgres" && name != "postgresql") {
                PQfreemem(why);
                throw config_error(
                    "pgsql-uri: unknown scheme " + std::string(name) +
                    "://; use postgres:// or postgresql:// (or keywords such as host=… dbname=… "
                    "user=…)");
            }
        std::string words = why != nullptr ? why : "out of memory";
        PQfreemem(why);
        words.resize(std::min(words.find_first_of("\"\n"),
                              words.size())); // the quoted part may be the password
        throw config_error("pgsql-uri: libpq cannot parse it: " + words);
    }
    PQconninfoFree(options);
    return uri;
}

std::string joined(const std::vector<std::string>& words)
{
    std::string out;
    for (const auto& word : words)
        out += (out.empty() ? "" : " ") + word;
    return out;
}

// The whole text, or its words where the SQL at its end is quoted as other directives are:
// pgsql-list users "SELECT \"uid\" …". No statement begins with a quote.
std::string checked_definition(const directive& directive, const std::vector<std::string>& words,
                               std::string_view text)
{
    std::string_view sql = text;
    for (int leading = directive.value.leading_words; leading > 0; --leading) {
        sql.remove_prefix(std::min(sql.find_first_of(" \t"), sql.size()));
        sql.remove_prefix(std::min(sql.find_first_not_of(" \t"), sql.size()));
    }
    if (const auto optional = directive.value.optional_word;
        !optional.empty() && sql.starts_with(optional)) {
        const auto after = sql.find_first_not_of(" \t", optional.size());
        if (after != std::string_view::npos && after > optional.size())
            sql.remove_prefix(after);
    }
    const bool quoted = directive.value.type == value_type::statement && sql.starts_with('"');
    std::string out = quoted ? joined(words) : std::string(text);
    check_directive(directive.name(), out);
    return out;
}

} // namespace

std::string directive::name() const
{
    std::string out = "pgsql-" + std::string(key.substr(0, key.find_last_not_of('_') + 1));
    std::replace(out.begin(), out.end(), '_', '-');
    return out;
}

std::string directive::attribute() const
{
    std::string out = "olcPg";
    bool capital = true;
    for (const char letter : key) {
        if (letter != '_')
            out += capital ? static_cast<char>(letter - 'a' + 'A') : letter;
        capital = letter == '_';
    }
    return out;
}

std::string directives::text(id directive) const
{
    return has(directive) ? texts[directive][0] : std::string(table[directive].default_value);
}

bool directives::flag(id directive) const
{
    const std::string value = text(directive);
    return value == "TRUE" || value == "on";
}

double directives::number(id directive) const
{
    return std::strtod(text(directive).c_str(), nullptr);
}

std::string checked_value(const directive& directive, const std::vector<std::string>& words,
                          std::string_view text)
{
    switch (directive.value.type) {
    case value_type::connection_uri:
        return check_uri(words[0].c_str());
    case value_type::decimal:
    case value_type::whole_number:
        return checked_number(directive, words[0]);
    case value_type::on_off:
        return checked_flag(directive, words[0]);
    case value_type::one_of:
        return checked_word(directive, words[0]);
    case value_type::check_chain:
    case value_type::hash_format:
        try {
            if (directive.value.type == value_type::check_chain)
                (void)auth::parse_check_chain(joined(words));
            else
                (void)auth::hash_format(joined(words));
        } catch (const std::invalid_argument& e) {
            reject(directive, joined(words), e.what());
        }
        return joined(words);
    case value_type::writable_file: {
        const auto slash = words[0].find_last_of('/');
        const std::string folder =
            slash == std::string::npos ? "." : words[0].substr(0, std::max<std::size_t>(slash, 1));
        if (access(folder.c_str(), W_OK | X_OK) != 0)
            reject(
                directive, words[0],
                fmt::format("the file cannot be written in {}: {}", folder, std::strerror(errno)));
        return words[0];
    }
    case value_type::distinguished_name: {
        berval dn = to_berval(words[0]);
        if (words[0].empty() || dnValidate(nullptr, &dn) != LDAP_SUCCESS)
            reject(directive, words[0], "expected a DN");
        return words[0];
    }
    case value_type::number_range:
    case value_type::name_rate:
        try {
            if (directive.value.type == value_type::number_range)
                (void)directory::parse_number_range(words[0]);
            else
                (void)parse_name_rate(words[0]);
        } catch (const std::invalid_argument& e) {
            reject(directive, words[0], e.what());
        }
        return words[0];
    case value_type::push_endpoint:
        // It may hold a password, so it is not shown.
        if (const std::string problem = auth::error_in_uri(words[0]); !problem.empty())
            throw config_error(directive.name() + ": " + problem);
        return words[0];
    case value_type::readable_file:
        if (access(words[0].c_str(), R_OK) != 0)
            reject(directive, words[0],
                   std::string("the file cannot be read: ") + std::strerror(errno));
        return words[0];
    case value_type::definition:
    case value_type::statement:
        return checked_definition(directive, words, text);
    }
    throw std::logic_error("a directive has no value type");
}

} // namespace pgsql::slapd
