// mapping.hpp: says which rows are which entries: kinds, their queries, and columns → attributes.
#pragma once

#include "mapping/character_set.hpp"
#include "mapping/value_template.hpp"
#include "sql/placeholders.hpp"

#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace pgsql::directory {

/// The families of equality rules (RFC 4517) that conditions know; slapd decides the others.
enum class match : char { ignore_case, exact_case, integer, boolean, time, uuid, other };

/// How a column's text has to be compared to find what the attribute's rule would find.
enum class comparison : char {
    any,   ///< stored in any case, with any blanks
    lower, ///< stored lower-case (ignore_case), without superfluous blanks: plain = serves
    exact  ///< stored as it is asserted: plain = serves
};

/// How PostgreSQL holds a column's values, as far as reading and comparing them differ.
enum class column_type : char {
    text,
    citext, ///< = does not look at case
    int2,
    int4,
    int8,
    numeric, ///< with integers for an attribute; others are `other`
    boolean,
    uuid,
    timestamptz, ///< of these three, those that become GeneralizedTime; others are `other`
    timestamp,   ///< meant as UTC
    date,
    bytea,
    array, ///< of what column::element says
    bytea_array,
    json,
    jsonb,
    other ///< read and compared as text
};

[[nodiscard]] constexpr bool is_integer(column_type type) noexcept
{
    return type == column_type::int2 || type == column_type::int4 || type == column_type::int8 ||
           type == column_type::numeric;
}

[[nodiscard]] constexpr bool is_text(column_type type) noexcept
{
    return type == column_type::text || type == column_type::citext || type == column_type::other;
}

[[nodiscard]] constexpr bool is_time(column_type type) noexcept
{
    return type == column_type::timestamptz || type == column_type::timestamp ||
           type == column_type::date;
}

/// An attribute type that some kind serves.
struct attribute {
    std::string name; ///< slapd's canonical spelling
    match rule = match::other;
    bool operational = false; ///< shown to who asks for it by name or by + (RFC 4512 §3.4)
};

/// A column that the queries of a kind return.
struct column {
    std::string name;
    column_type type = column_type::other;
    bool deterministic = true; ///< its collation; LIKE and ~ refuse others
    unsigned number = 0;       ///< of its type in PostgreSQL's catalogue; 0: may be any
    bool wide = false;         ///< its values may be of any length
    column_type element = column_type::text; ///< of an array: text, or what is read in its own form
    bool collates = false;                   ///< its order is that of a collation
    bool whole_seconds = false;              ///< a time that has no fractions of a second
    std::string instead; ///< what is read of the row e in its place (of a list: texts); or empty
    /// A cast to text gives another text than the one PostgreSQL prints (inet and boolean, for
    /// instance); of an array: its elements have to be cast one by one.
    bool own_cast = false;
};

/// Where the values of one attribute come from.
struct source {
    int attribute = -1; ///< index into mapping::attributes
    std::string column; ///< empty: no column, defaults only
    std::vector<value_template>
        defaults; ///< the first that can be expanded serves where the column is NULL or empty
    comparison compare = comparison::any;
    int names_of = -1; ///< the values name entries of this kind, and the attribute shows their DNs
    bool of_name = false;    ///< entryUUID: made of the entry's place and name
    bool required = false;   ///< a row without it is skipped
    bool configured = false; ///< named by the administrator, so the column must exist
    bool must = false;       ///< the object classes of its entries require it
};

/// A query for the rows whose `attribute` equals its one parameter.
struct lookup {
    int attribute = -1;
    postgres::query_text query;
    column_type parameter = column_type::text; ///< whose values not all that is asserted is
    std::vector<column> columns;
    postgres::query_text everybody; ///< with the rows that the login filter hides; empty: the same
    postgres::query_text checked;   ///< without rows that have the value in another spelling only;
                                    ///< empty: the query finds none
    bool stored_lower = false;      ///< the query finds none by values in lower case
    bool complete = true;           ///< returns every column of the list query
    bool covers_private = false;    ///< finds the private group of the member as well

    /// What asks for a value.
    [[nodiscard]] const postgres::query_text& query_for(const std::string& value) const;
};

/// Of the rows of a lookup that covers private groups: whether it is one.
inline constexpr const char* private_group_column = "back_pgsql_private";

/// A query for the values of an attribute that may have several.
struct values_query {
    int attribute = -1;
    std::string text;    ///< rows of a name and a value, for the names in its one array parameter
    std::string of_one;  ///< the same for the one name that its parameter is
    std::string listing; ///< the query of the configuration itself, or empty when there is none
    std::string value;   ///< its column with the value
    std::string read;    ///< how the statement reads that column of the row e
    column key;          ///< its column with the name
    column_type type = column_type::text; ///< as in column
    int names_of = -1;                    ///< as in source
    bool deterministic = true;            ///< as in column
    unsigned number = 0;                  ///< the same
    bool wide = false;                    ///< the same
    bool bytes = false;                   ///< the values are bytea's, in hexadecimal
    bool own_cast = false;                ///< as in column
    bool positions = false;               ///< a third column tells which of the names is meant
    std::string problem; ///< why the values cannot be had, although entries have some
};

/// The SQL for the text that PostgreSQL prints for a value.
[[nodiscard]] std::string printed(const std::string& value, bool own_cast);

/// Has the query ask for those of the rows (SELECT … FROM …) whose `name` is asked for. A single
/// name is not asked for as an array of one: PostgreSQL takes the length of an array that it does
/// not know for ten (selfuncs.c, estimate_array_length), so that the plan that fits any value looks
/// dearer than a new one each time.
void ask_by_name(values_query& to, const std::string& rows, const std::string& name);

/// Has the query tell which of the names it is asked for each row means: names that PostgreSQL
/// takes for equal may be spelled in several ways (citext, character(n), loose collations).
void add_positions(values_query& to, const column& name);

/// Has the query ask for the rows of its listing.
void ask_listing(values_query& to);

struct kind {
    std::string name;
    std::string under; ///< position under the suffix as a relative DN, empty: directly under it
    int parent = 0;    ///< index of the fixed entry above its entries
    std::vector<std::string> classes;
    std::set<std::string> all_classes; ///< with superior classes, lower-case
    postgres::query_text list;
    std::vector<lookup> lookups;
    std::vector<values_query> values;
    std::vector<source> sources; ///< the first names the entry (RDN)
    std::vector<column> columns; ///< of the list query; known once the database has been seen
    std::string password_column; ///< empty: nobody of this kind can bind
    std::string chain_column;    ///< which checks a bind must pass; empty: the password alone
    std::string password_change; ///< the UPDATE of a hash, from $1 the new one, $2 the row's name
                                 ///< and $3 the one so far; empty: hashes stay as they are
    std::string gate; ///< an SQL condition: the rows of which it is not true cannot bind; or empty
    postgres::query_text everybody; ///< the list query with the rows that it hides; or empty
    bool hides_rows = false;        ///< those of which it is not true, wherever they would show
    std::string problem; ///< why no rows can be had; then only the RDN's attribute is known
    int only_if_none_in =
        -1; ///< index of a kind whose entries with the same RDN or number take precedence

    [[nodiscard]] const source& rdn() const { return sources.front(); }
    /// Whether two rows with different names may have the same DN (Ann and ann).
    [[nodiscard]] bool names_may_coincide() const;
    [[nodiscard]] const source* source_of(int attribute) const;
    [[nodiscard]] const lookup* lookup_by(int attribute) const;
    [[nodiscard]] const values_query* values_of(int attribute) const;
    /// The kind whose entries the values of the attribute name, or -1.
    [[nodiscard]] int names_of(int attribute) const;
    [[nodiscard]] const column* find_column(std::string_view wanted) const;
};

/// The configuration, or the database under it, makes it impossible to serve; what() is for the
/// log.
class unusable : public std::runtime_error {
    using std::runtime_error::runtime_error;
};

struct mapping {
    std::vector<attribute> attributes;
    std::vector<kind> kinds;
    std::shared_ptr<character_set> characters; ///< of the database; null: all of Unicode

    /// Index of the attribute with exactly this name, or -1.
    [[nodiscard]] int attribute_named(std::string_view name) const;
    /// The same, in any case of letters.
    [[nodiscard]] int attribute_folded(std::string_view name) const;
    [[nodiscard]] int kind_named(std::string_view name) const;
};

/// A query without the rows of which the condition is not true.
[[nodiscard]] postgres::query_text only_where(const postgres::query_text& query,
                                              const std::string& condition);

} // namespace pgsql::directory
