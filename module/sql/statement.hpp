// statement.hpp: an SQL statement: a text from the configuration, and values as parameters.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace pgsql::postgres {

/// `text` comes from the configuration only. Everything that a client sent is in `values`, bound to
/// $1 … $n.
struct statement {
    std::string text;
    std::vector<std::string> values;

    /// Adds a value and returns its placeholder.
    [[nodiscard]] std::string bind(std::string value)
    {
        values.push_back(std::move(value));
        return '$' + std::to_string(values.size());
    }
};

/// A statement that changes rows. Its values may be NULL (a null pointer) and belong to the caller,
/// who wipes secret ones.
struct change_statement {
    std::string text;
    std::vector<const std::string*> values;
    long rows = 1; ///< that it must change
    /// Whether it changes no row if another transaction has changed the row since it was read.
    bool conditional = false;
    std::string stores; ///< each row is a value of this attribute; empty: the row is an entry's

    /// Adds a value and returns its placeholder.
    [[nodiscard]] std::string bind(const std::string* value)
    {
        values.push_back(value);
        return '$' + std::to_string(values.size());
    }
};

/// An identifier in double quotes (PostgreSQL manual §4.1.1).
[[nodiscard]] inline std::string quote_identifier(const std::string& name)
{
    std::string out;
    out.reserve(name.size() + 2);
    out += '"';
    for (std::size_t at = 0;;) {
        const auto end = name.find('"', at);
        out.append(name, at, end - at);
        if (end == std::string::npos)
            return out + '"';
        out += "\"\"";
        at = end + 1;
    }
}

} // namespace pgsql::postgres
