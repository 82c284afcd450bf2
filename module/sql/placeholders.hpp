// placeholders.hpp: turns an administrator's query with ? or $n into the text PostgreSQL prepares.
#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace pgsql::postgres {

/// A query as PostgreSQL takes it.
struct query_text {
    std::string text;                ///< with $1 … $n, without a final semicolon
    int parameters = 0;              ///< the highest n; every ? is one more parameter
    std::vector<std::size_t> places; ///< where in `text` a $n begins

    /// The text with another placeholder in place of each of its own: for a query that becomes part
    /// of a larger one.
    [[nodiscard]] std::string with_parameter(std::string_view placeholder) const;
};

/// The query cannot be taken; `position` is the offset of the offending character, counted from 0.
class query_error : public std::invalid_argument {
public:
    query_error(std::size_t at, const std::string& message)
        : std::invalid_argument("at position " + std::to_string(at + 1) + ": " + message),
          position(at)
    {}
    std::size_t position;
};

/// Replaces each `?` outside literals, quoted identifiers, dollar quotes and comments by the next
/// `$n`; takes `\?` for PostgreSQL's operators of that name. Throws query_error for what is
/// ambiguous, unfinished or more than one statement.
[[nodiscard]] query_text parse_placeholders(std::string_view sql);

} // namespace pgsql::postgres
