// log_event.cpp: writes messages into slapd's log, each with the stable key of its event.
#include "slapd/core/log_event.hpp"

#include <algorithm>

#include "slapd/core/slapd.hpp"

#include "mapping/assertion.hpp"

namespace pgsql::slapd {
namespace {

enum class log_severity : char {
    error,   ///< clients get errors until an administrator acts
    warning, ///< something is missing or ignored
    notice,  ///< a change of state
    detail,  ///< logged with `loglevel stats` only
};

using key_text = std::array<char, 32>;

constexpr key_text hyphenated(std::string_view name)
{
    key_text out{};
    for (std::size_t i = 0; i < name.size(); ++i)
        out.at(i) = name[i] == '_' ? '-' : name[i];
    return out;
}

struct event_row {
    key_text key;
    log_severity severity;
    double seconds;
};

constexpr event_row table[] = {
#define LOG_EVENT(name, severity, seconds, meaning, remedy)                                        \
    {hyphenated(#name), log_severity::severity, seconds},
#include "slapd/core/log_events.def"
#undef LOG_EVENT
};

constexpr const event_row& row_of(log_event event) noexcept
{
    return table[static_cast<std::size_t>(event)];
}

// Allocates no memory, so that a lack of it can be logged.
void write_line(int level, const char* prefix, const char* key, const log_message& message) noexcept
{
    const auto length = [](std::string_view part) { return static_cast<int>(part.size()); };
    const auto text = [](std::string_view part) { return part.empty() ? "" : part.data(); };
    const auto& [event, object, fact, hint] = message;
    const char* colon = object.empty() || fact.empty() ? "" : ": ";
    const char* semicolon = (object.empty() && fact.empty()) || hint.empty() ? "" : "; ";
    Debug(level, "%s[%s] %.*s%s%.*s%s%.*s\n", prefix, key, length(object), text(object), colon,
          length(fact), text(fact), semicolon, length(hint), text(hint));
}

} // namespace

std::string log_message::text() const
{
    std::string out(object);
    for (const auto& [separator, part] : {std::pair{": ", fact}, std::pair{"; ", hint}})
        if (!part.empty())
            out.append(out.empty() ? "" : separator).append(part);
    return out;
}

double period_of(log_event event) noexcept { return row_of(event).seconds; }

void write_log(const log_message& message, const char* prefix) noexcept
{
    const event_row& row = row_of(message.event);
    write_line(row.severity == log_severity::detail ? LDAP_DEBUG_STATS : LDAP_DEBUG_ANY, prefix,
               row.key.data(), message);
}

void write_operation_log(const char* prefix, const log_message& message) noexcept
{
    std::array<char, 128> start{};
    snprintf(start.data(), start.size(), "%s pgsql: ", prefix);
    write_line(LDAP_DEBUG_STATS, start.data(), row_of(message.event).key.data(), message);
}

std::string beginning_of(std::string_view text)
{
    constexpr std::size_t enough = 60;
    if (text.size() > enough) {
        std::size_t end = enough;
        while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80)
            --end;
        text = text.substr(0, end);
    }
    const bool is_text = directory::is_valid_utf8(text);
    std::string out;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte >= ' ' && byte != 0x7f && (byte < 0x80 || is_text)) {
            out += c;
            continue;
        }
        char number[5];
        (void)snprintf(number, sizeof number, "\\x%02x", byte);
        out += number;
    }
    return out;
}

std::string one_line(std::string text)
{
    std::replace_if(
        text.begin(), text.end(), [](unsigned char c) { return c < ' ' || c == '"'; }, ' ');
    return text;
}

} // namespace pgsql::slapd
