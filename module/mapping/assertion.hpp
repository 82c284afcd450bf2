// assertion.hpp: reads assertion values and writes them as parameters of a column's type.
#pragma once

#include "mapping/column_type.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace pgsql::directory {

/// An integer without leading zeros (007 = 7, -0 = 0); nothing when the text is not an integer.
[[nodiscard]] std::optional<std::string> digits_of(const std::string& text);

/// Whether a column of the type can hold the integer, written as digits_of() writes it.
[[nodiscard]] bool fits(const std::string& digits, column_type type);

/// The 16 bytes that slapd's uuidMatch compares, as PostgreSQL writes them.
[[nodiscard]] std::optional<std::string> uuid_text(std::string_view bytes);

/// Whether the text is a UUID as PostgreSQL writes it.
[[nodiscard]] bool is_uuid(std::string_view text);

struct moment {
    std::string second;    ///< as PostgreSQL reads it, in UTC
    bool fraction = false; ///< and a part of a second
    bool leap = false;     ///< second 60, which PostgreSQL takes for the next minute
};

/// A GeneralizedTime as slapd normalizes it: YYYYMMDDHHMMSS[.f]Z (RFC 4517 §3.3.13). Nothing for
/// what PostgreSQL has no time for, such as the year 0.
[[nodiscard]] std::optional<moment> moment_of(const std::string& text);

/// Whether PostgreSQL's text can hold the value (UTF-8 without NUL); one that it cannot hold equals
/// none of its values.
[[nodiscard]] bool is_valid_utf8(std::string_view value);

/// The assertion of an integer as a parameter for a column of this type; nothing when no value of
/// the column equals it.
[[nodiscard]] std::optional<std::string> integer_parameter(const std::string& assertion,
                                                           column_type type);

/// The assertion value as the parameter of a lookup; nothing when no column can hold it.
[[nodiscard]] std::optional<std::string> lookup_parameter(const std::string& assertion,
                                                          matching_rule rule, column_type type);

} // namespace pgsql::directory
