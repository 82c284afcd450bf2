// log_event.hpp: writes messages into slapd's log, each with the stable key of its event.
#pragma once

#include <string>
#include <string_view>

namespace pgsql::slapd {

/// The events of log_events.def.
enum class log_event : unsigned char {
#define LOG_EVENT(name, severity, seconds, meaning, remedy) name,
#include "slapd/core/log_events.def"
#undef LOG_EVENT
};

/// A message: "[KEY] object: fact; hint". Empty parts are left out. It does not own its texts.
struct log_message {
    log_event event;
    std::string_view object; ///< what the event concerns; limits repeated messages
    std::string_view fact;
    std::string_view hint;

    /// The message without its key.
    [[nodiscard]] std::string text() const;
};

/// The seconds for which the event is not logged again for the same object; 0: always logged.
[[nodiscard]] double period_of(log_event event) noexcept;

/// Logs a message after `prefix`, which names the database.
void write_log(const log_message& message, const char* prefix = "pgsql: ") noexcept;

/// Logs a message about one operation or connection, for `loglevel stats`; `prefix` names it:
/// "conn=1000 op=1".
void write_operation_log(const char* prefix, const log_message& message) noexcept;

/// The beginning of a text for the log; bytes that are not printable text are escaped as \xNN.
[[nodiscard]] std::string beginning_of(std::string_view text);

/// The text without characters that could start another log line or end a quoted value.
[[nodiscard]] std::string one_line(std::string text);

} // namespace pgsql::slapd
