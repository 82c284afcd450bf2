// column_type.hpp: the types of columns, and what reading and comparing them needs of each.
#pragma once

namespace pgsql::directory {

/// The families of equality matching rules (RFC 4517) that conditions can express; slapd evaluates
/// the others.
enum class matching_rule : char { ignore_case, exact_case, integer, boolean, time, uuid, other };

/// The types of columns, as far as reading and comparing their values differ.
enum class column_type : char {
    text,
    citext, ///< = ignores case
    int2,
    int4,
    int8,
    numeric, ///< for an attribute with integer values; for others it is `other`
    boolean,
    uuid,
    timestamptz, ///< these three for an attribute with GeneralizedTime; for others it is `other`
    timestamp,   ///< taken as UTC
    date,
    bytea,
    array, ///< of column::element
    bytea_array,
    json,
    jsonb,
    other ///< read and compared as text
};

/// What a type is, as far as conditions differ.
enum class type_category : char { text, integer, time, boolean, uuid, bytes, list, other };

/// What reading and comparing a column of a type needs. In SQL, % stands for the column.
struct type_traits {
    column_type type;
    type_category category;
    unsigned oid; ///< in pg_type.dat, whose numbers never change; 0: an extension's, or several
    const char* select;  ///< the attribute's value, as text or in a form that is read as such
    const char* missing; ///< that the column gives no value; null: that `select` is NULL
    bool indexed;        ///< whether an index on the column itself serves its conditions
};

[[nodiscard]] const type_traits& traits_of(column_type type) noexcept;

/// The type with the number in pg_type; `other` for those without a row of their own.
[[nodiscard]] column_type column_type_of(unsigned oid) noexcept;

[[nodiscard]] inline bool is_integer(column_type type) noexcept
{
    return traits_of(type).category == type_category::integer;
}

[[nodiscard]] inline bool is_text(column_type type) noexcept
{
    return traits_of(type).category == type_category::text;
}

[[nodiscard]] inline bool is_time(column_type type) noexcept
{
    return traits_of(type).category == type_category::time;
}

/// Whether a column of the type holds several values.
[[nodiscard]] inline bool is_list(column_type type) noexcept
{
    return traits_of(type).category == type_category::list;
}

/// The times that GeneralizedTime can say: the years 1 to 9999 (RFC 4517 §3.3.13).
#define BACK_PGSQL_FIRST_TIME "'0001-01-01 00:00:00'"
#define BACK_PGSQL_END_OF_TIME "'10000-01-01 00:00:00'"
inline constexpr const char* first_time = BACK_PGSQL_FIRST_TIME;
inline constexpr const char* end_of_time = BACK_PGSQL_END_OF_TIME;

} // namespace pgsql::directory
