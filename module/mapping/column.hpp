// column.hpp: a column that queries return, and how statements read it.
#pragma once

#include "mapping/column_type.hpp"

#include <string>

namespace pgsql::directory {

/// A column that the queries of a kind return.
struct column {
    std::string name;
    column_type type = column_type::other;
    bool deterministic = true; ///< its collation; LIKE and ~ refuse others
    unsigned type_oid = 0;     ///< of its type in PostgreSQL's catalogue; 0: may be any
    bool wide = false;         ///< its values may be of any length
    column_type element = column_type::text; ///< of an array: text, or what is read in its own form
    bool collates = false;                   ///< its order is that of a collation
    bool whole_seconds = false;              ///< a time that has no fractions of a second
    std::string instead; ///< what is read of the row e in its place (of a list: texts); or empty
    /// A cast to text gives another text than the one PostgreSQL prints (inet and boolean, for
    /// instance); of an array: its elements have to be cast one by one.
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
