// mapping.hpp: says which rows are which entries: kinds, their queries, and columns → attributes.
#pragma once

#include "mapping/character_set.hpp"
#include "mapping/column.hpp"
#include "mapping/value_template.hpp"
#include "sql/placeholders.hpp"

#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace pgsql::directory {

/// How a column's text has to be compared to find what the attribute's rule would find.
enum class comparison : char {
    any,   ///< stored in any case, with any blanks
    lower, ///< stored lower-case (ignore_case), without superfluous blanks: plain = serves
    exact  ///< stored as it is asserted: plain = serves
};

/// An attribute type that some kind serves.
struct attribute {
    std::string name; ///< slapd's canonical spelling
    matching_rule rule = matching_rule::other;
    bool operational = false; ///< shown to who asks for it by name or by + (RFC 4512 §3.4)
};

/// Where the values of one attribute come from.
struct attribute_source {
    int attribute = -1; ///< index into mapping::attributes
    std::string column; ///< empty: no column, defaults only
    std::vector<value_template>
        defaults; ///< the first that can be expanded serves where the column is NULL or empty
    comparison compare = comparison::any;
    int named_kind =
        -1; ///< the values name entries of this kind, and the attribute shows their DNs
    bool generated_uuid = false; ///< entryUUID: made of the entry's place and name
    bool required = false;       ///< a row without it is skipped
    bool configured = false;     ///< named by the administrator, so the column must exist
    bool must = false;           ///< the object classes of its entries require it
};

/// A query for the rows whose `attribute` equals its one parameter.
struct lookup {
    int attribute = -1;
    postgres::query_text query;
    column_type parameter = column_type::text; ///< whose values not all that is asserted is
    std::vector<column> columns;
    postgres::query_text ungated; ///< with the rows that the login filter hides; empty: the same
    postgres::query_text checked; ///< without rows that have the value in another spelling only;
                                  ///< empty: the query finds none
    bool stored_lower = false;    ///< the query finds none by values in lower case
    bool complete = true;         ///< returns every column of the list query
    bool includes_private_groups = false; ///< finds the private group of the member as well

    /// What asks for a value.
    [[nodiscard]] const postgres::query_text& query_for(const std::string& value) const;
};

/// Of the rows of a lookup that covers private groups: whether it is one.
inline constexpr const char* private_group_column = "back_pgsql_private";

/// A query for the values of an attribute that may have several.
struct values_query {
    int attribute = -1;
    std::string batch_sql; ///< rows of a name and a value, for the names in its one array parameter
    std::string single_sql; ///< the same for the one name that its parameter is
    std::string source_sql; ///< the query of the configuration itself, or empty when there is none
    std::string value_column;             ///< its column with the value
    std::string read;                     ///< how the statement reads that column of the row e
    column key;                           ///< its column with the name
    column_type type = column_type::text; ///< as in column
    int named_kind = -1;                  ///< as in source
    bool deterministic = true;            ///< as in column
    unsigned type_oid = 0;                ///< the same
    bool wide = false;                    ///< the same
    bool is_bytea = false;                ///< the values are bytea's, in hexadecimal
    bool own_cast = false;                ///< as in column
    bool has_key_index = false;           ///< a third column tells which of the names is meant
    std::string error; ///< why the values cannot be had, although entries have some
};

/// The SQL for the text that PostgreSQL prints for a value.
[[nodiscard]] std::string printed(const std::string& value, bool own_cast);

/// Has the query ask for those of the rows (SELECT … FROM …) whose `name` is asked for. A single
/// name is not asked for as an array of one: PostgreSQL takes the length of an array that it does
/// not know for ten (selfuncs.c, estimate_array_length), so that the plan that fits any value looks
/// dearer than a new one each time.
void set_key_condition(values_query& query, const std::string& rows, const std::string& name);

/// Has the query tell which of the names it is asked for each row means: names that PostgreSQL
/// takes for equal may be spelled in several ways (citext, character(n), loose collations).
void add_key_index(values_query& query, const column& name);

/// Has the query ask for the rows of its listing.
void ask_listing(values_query& query);

struct kind {
    std::string name;
    std::string
        container_dn; ///< position under the suffix as a relative DN, empty: directly under it
    int parent = 0;   ///< index of the fixed entry above its entries
    std::vector<std::string> classes;
    std::set<std::string> all_classes; ///< with superior classes, lower-case
    postgres::query_text list;
    std::vector<lookup> lookups;
    std::vector<values_query> values;
    std::vector<attribute_source> sources; ///< the first names the entry (RDN)
    std::vector<column> columns; ///< of the list query; known once the database has been seen
    std::string password_column; ///< empty: nobody of this kind can bind
    std::string chain_column;    ///< which checks a bind must pass; empty: the password alone
    std::string password_change; ///< the UPDATE of a hash, from $1 the new one, $2 the row's name
                                 ///< and $3 the one so far; empty: hashes stay as they are
    std::string gate; ///< an SQL condition: the rows of which it is not true cannot bind; or empty
    postgres::query_text ungated; ///< the list query with the rows that it hides; or empty
    bool hides_rows = false;      ///< those of which it is not true, wherever they would show
    std::string error; ///< why no rows can be had; then only the RDN's attribute is known
    int yields_to_kind =
        -1; ///< index of a kind whose entries with the same RDN or number take precedence

    [[nodiscard]] const attribute_source& rdn() const { return sources.front(); }
    /// Whether two rows with different names may have the same DN (Ann and ann).
    [[nodiscard]] bool names_may_coincide() const;
    [[nodiscard]] const attribute_source* source_of(int attribute) const;
    [[nodiscard]] const lookup* lookup_by(int attribute) const;
    [[nodiscard]] const values_query* values_of(int attribute) const;
    /// The kind whose entries the values of the attribute name, or -1.
    [[nodiscard]] int named_kind(int attribute) const;
    [[nodiscard]] const column* find_column(std::string_view wanted) const;
};

/// The configuration, or the database under it, makes it impossible to serve; what() is for the
/// log.
class config_error : public std::runtime_error {
    using std::runtime_error::runtime_error;
};

struct mapping {
    std::vector<attribute> attributes;
    std::vector<kind> kinds;
    std::shared_ptr<character_set> characters; ///< of the database; null: all of Unicode

    /// Index of the attribute with exactly this name, or -1.
    [[nodiscard]] int attribute_named(std::string_view name) const;
    /// The same, in any case of letters.
    [[nodiscard]] int attribute_ignoring_case(std::string_view name) const;
    [[nodiscard]] int kind_named(std::string_view name) const;
};

/// A query without the rows of which the condition is not true.
[[nodiscard]] postgres::query_text restrict_query(const postgres::query_text& query,
                                                  const std::string& condition);

} // namespace pgsql::directory
