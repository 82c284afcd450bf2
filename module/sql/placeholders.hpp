// placeholders.hpp: parses the placeholders of a configured statement (?, $n or :name) and writes
// them as $n.
#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace pgsql::postgres {

/// A query in the form that PostgreSQL accepts.
struct query_text {
    std::string text;                 ///< with $1 … $n, without a final semicolon
    int parameters = 0;               ///< the highest n; each ? is another parameter
    std::vector<std::size_t> offsets; ///< the offset of each $n in `text`

    /// The text with `placeholder` instead of each $n, for use within a larger query.
    [[nodiscard]] std::string with_parameter(std::string_view placeholder) const;
};

/// The query is invalid; `position` is the offset of the offending character, counted from 0.
class query_error : public std::invalid_argument {
public:
    query_error(std::size_t at, const std::string& message)
        : std::invalid_argument("at position " + std::to_string(at + 1) + ": " + message),
          position(at)
    {}
    std::size_t position;
};

/// Replaces each `?` outside literals, quoted identifiers, dollar quotes and comments by the next
/// `$n`, and `\?` by PostgreSQL's operator `?`. Throws query_error if the query is ambiguous,
/// unterminated or more than one statement.
[[nodiscard]] query_text parse_placeholders(std::string_view sql);

/// A statement with named parameters, in the form that PostgreSQL accepts.
struct named_statement : query_text {
    std::vector<std::string> names; ///< of $1 … $n, each once: "uid", "old.uid"
};

/// Replaces each `:name` and `:old.name` outside literals, quoted identifiers, dollar quotes and
/// comments by a `$n`, the same one for the same name. A name has ASCII letters, digits and
/// underscores; `::` is PostgreSQL's cast. Throws query_error if the statement is unterminated, has
/// other parameters, or is more than one statement.
[[nodiscard]] named_statement parse_named_parameters(std::string_view sql);

} // namespace pgsql::postgres
