// column.hpp: a column that queries return, and how statements read it.
#pragma once

#include "mapping/column_type.hpp"

#include <string>

namespace pgsql::directory {

/// A column that the queries of a kind return.
struct column {
    std::string name;
    column_type type = column_type::other;
    bool deterministic = true; ///< of the collation; LIKE and ~ reject others
    unsigned type_oid = 0;     ///< its type in PostgreSQL's catalog; 0: any
    bool wide = false;         ///< its values have no length limit
    /// The type of an array's elements: text, or a type with its own output format.
    column_type element = column_type::text;
    bool collates = false;      ///< its order is that of a collation
    bool whole_seconds = false; ///< a time without fractions of a second
    /// The expression over the row e that is read instead (for a list: of texts); or empty.
    std::string instead;
    /// A cast to text differs from PostgreSQL's output (for instance of inet and boolean). For an
    /// array: each element has to be cast separately.
    bool own_cast = false;
};

/// The column of the row e, or what stands in for it.
[[nodiscard]] std::string reference(const column& column);

/// How a column is read so that its text is the attribute's value.
[[nodiscard]] std::string select_expression(const column& column);

/// The number of that text's type, or 0 where it is not the column's own.
[[nodiscard]] unsigned result_type_oid(const column& column);

/// That the column gives an entry no value, so that a default stands in for it.
[[nodiscard]] std::string is_missing_sql(const column& column);

} // namespace pgsql::directory
