// mapping.hpp: the model of the mapping: kinds, their queries, and the columns of attributes.
#pragma once

#include "mapping/character_set.hpp"
#include "mapping/column.hpp"
#include "mapping/element_id.hpp"
#include "mapping/place.hpp"
#include "mapping/value_template.hpp"
#include "mapping/write_target.hpp"
#include "sql/placeholders.hpp"

#include <memory>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace pgsql::directory {

/// How to compare a column's text so that it matches as the attribute's rule does.
enum class comparison : char {
    any,   ///< stored in any case, with any spaces
    lower, ///< stored in lower case (ignore_case), without redundant spaces: plain = suffices
    exact  ///< stored as asserted: plain = suffices
};

/// An attribute type that at least one kind serves.
struct attribute {
    std::string name; ///< slapd's canonical spelling
    matching_rule rule = matching_rule::other;
    bool operational = false; ///< returned only if requested by name or by + (RFC 4512 §3.4)
};

/// Where the values of one attribute come from.
struct attribute_source {
    attribute_id attribute;
    std::string column; ///< empty: no column, defaults only
    /// Where the column is NULL or empty, the first default that can be expanded is the value.
    std::vector<value_template> defaults;
    comparison compare = comparison::any;
    kind_id named_kind;          ///< the values are keys of this kind; the attribute has their DNs
    bool generated_uuid = false; ///< entryUUID: derived from the entry's container and key
    bool required = false;       ///< a row without a value is skipped
    bool configured = false;     ///< set in the configuration, so the column must exist
    bool must = false;           ///< required by the object classes of the entries
};

/// A query for the rows whose `attribute` equals its one parameter.
struct lookup {
    attribute_id attribute;
    postgres::query_text query;
    column_type parameter = column_type::text; ///< need not hold every assertion value
    std::vector<column> columns;
    postgres::query_text unfiltered; ///< with the rows that the login filter hides; empty: the same
    postgres::query_text checked;    ///< without rows that have the value only in another spelling;
                                     ///< empty: the query returns no such rows
    bool stored_lower = false;       ///< the query returns no such rows for values in lower case
    bool complete = true;            ///< returns every column of the list query
    bool includes_private_groups = false;     ///< also returns the private group of the member
    postgres::query_text with_private_groups; ///< the query with these, if it does not return them

    /// The query to run for a value.
    [[nodiscard]] const postgres::query_text& query_for(const std::string& value) const;
};

/// A query for an entry that no row has, by its name or number.
struct virtual_query {
    /// Returns the row of the entry, with all columns of the list query. With `write` it is not
    /// executed.
    lookup row;
    postgres::query_text text; ///< as configured
    bool write = false;        ///< the query registers the name, so that the list returns it
    bool by_name = false;      ///< the attribute names the entries
    std::string error;         ///< why it cannot be executed
    attribute_id withheld;     ///< has a value by default, which the entries do not get; or none
};

/// The column of a lookup with private groups that tells whether a row is one.
inline constexpr const char* private_group_column = "back_pgsql_private";

/// A query for the values of an attribute that may have several.
struct values_query {
    attribute_id attribute;
    std::string batch_sql;    ///< returns a key and a value per row, for an array of keys as $1
    std::string single_sql;   ///< the same for one key as $1
    std::string all_sql;      ///< the same for all keys, without their indexes
    std::string source_sql;   ///< the configured query; empty if there is none
    std::string value_column; ///< the column of source_sql with the value
    std::string read;         ///< the expression that reads this column of the row e
    column key;               ///< the column of source_sql with the key
    column_type type = column_type::text; ///< as in column
    kind_id named_kind;                   ///< as in attribute_source
    bool deterministic = true;            ///< as in column
    unsigned type_oid = 0;                ///< as in column
    bool wide = false;                    ///< as in column
    bool is_bytea = false;                ///< the values are bytea in hexadecimal
    bool own_cast = false;                ///< as in column
    bool has_key_index = false;           ///< a third column is the index of the requested key
    bool has_parent = false; ///< the last column is the key above the entry that the value names
    attribute_id same_rows;  ///< the attribute whose values are the same rows, shown in another way
    std::string error;       ///< why the values are unavailable although entries have some
};

/// The SQL expression for PostgreSQL's text output of a value.
[[nodiscard]] std::string printed(const std::string& value, bool own_cast);

/// Sets the query to return the rows (SELECT … FROM …) whose `name` is requested. A single key is
/// not passed as an array of one element: PostgreSQL estimates ten elements for an array of unknown
/// length (selfuncs.c, estimate_array_length), so that the generic plan seems more expensive than a
/// custom plan for each execution.
void set_key_condition(values_query& query, const std::string& rows, const std::string& name);

/// Adds a column with the index of the requested key that each row matches. Keys that are equal to
/// PostgreSQL may have different spellings (citext, character(n), nondeterministic collations).
void add_key_index(values_query& query, const column& name);

/// Sets the query to return the rows of its source_sql.
void ask_listing(values_query& query);

/// The query for the roles of an entry, or of the members of a group: rows of a role and a
/// position.
struct role_query {
    postgres::query_text query; ///< all its parameters are the name of the entry, or its key
    bool by_key = false;
};

struct kind {
    std::string name;
    std::string container_dn;               ///< relative to the suffix; empty: the suffix itself
    container_id parent = suffix_container; ///< above its entries
    kind_id parent_kind;       ///< whose rows may be above its entries instead; none: no row is
    std::string parent_column; ///< the key of that row; NULL or empty: the entry is below `parent`
    std::string key_column;    ///< identifies a row; empty: the name does
    bool has_children = false; ///< rows of some kind may be below its entries
    std::vector<std::string> classes;
    std::set<std::string> all_classes; ///< with superior classes, lower-case
    postgres::query_text list;
    std::vector<lookup> lookups;
    std::vector<values_query> values;
    std::vector<virtual_query> virtuals;
    std::vector<attribute_source> sources; ///< the first is the RDN
    std::vector<column> columns;           ///< of the list query; known after the first connection
    std::string password_column;           ///< empty: entries of this kind cannot bind
    std::string chain_column; ///< the checks that a bind must pass; empty: only the password
    /// The UPDATE of a hash: $1 is the new hash, $2 the key, $3 the old hash. Empty: hashes cannot
    /// be changed.
    std::string password_change;
    std::string login_filter; ///< only rows for which it is true can bind; empty: all
    postgres::query_text
        unfiltered;          ///< the list query with the rows that the filter hides; or empty
    bool hides_rows = false; ///< rows that fail the login filter are hidden everywhere
    std::string error;       ///< why no rows are available; then only the RDN's attribute is known
    std::optional<role_query> roles;    ///< nothing: its entries have none
    std::optional<write_target> writes; ///< nothing: clients cannot write the entries
    kind_id yields_to_kind; ///< the kind whose entries with the same RDN or number take precedence

    [[nodiscard]] const attribute_source& rdn() const { return sources.front(); }
    /// The column that identifies a row.
    [[nodiscard]] const std::string& row_key() const
    {
        return key_column.empty() ? rdn().column : key_column;
    }
    /// Whether entries of the kind may be immediately below the place.
    [[nodiscard]] bool may_be_below(const place& above) const
    {
        return above.kind ? above.kind == parent_kind : above.fixed == parent;
    }
    /// The column that tells rows of one name apart; null: names are unique. The entries of rows
    /// that others have as parents are told apart by the tree.
    [[nodiscard]] const column* second_key() const;
    /// Whether two rows with different keys may have the same DN (Ann and ann).
    [[nodiscard]] bool names_may_coincide() const;
    [[nodiscard]] const attribute_source* source_of(attribute_id attribute) const;
    [[nodiscard]] const lookup* lookup_by(attribute_id attribute) const;
    [[nodiscard]] const values_query* values_of(attribute_id attribute) const;
    /// The kind whose entries the values of the attribute name, or none.
    [[nodiscard]] kind_id named_kind(attribute_id attribute) const;
    [[nodiscard]] const column* find_column(std::string_view wanted) const;
};

/// The configuration or the database does not allow the backend to serve; what() is for the log.
class config_error : public std::runtime_error {
    using std::runtime_error::runtime_error;
};

struct mapping {
    id_vector<attribute> attributes;
    id_vector<kind> kinds;
    std::shared_ptr<character_set> characters; ///< of the database's encoding; null: all of Unicode

    /// The attribute with exactly this name, or none.
    [[nodiscard]] attribute_id attribute_named(std::string_view name) const;
    /// The same, ignoring case.
    [[nodiscard]] attribute_id attribute_ignoring_case(std::string_view name) const;
    [[nodiscard]] kind_id kind_named(std::string_view name) const;
};

/// The query limited to the rows for which the condition is true.
[[nodiscard]] postgres::query_text restrict_query(const postgres::query_text& query,
                                                  const std::string& condition);

} // namespace pgsql::directory
