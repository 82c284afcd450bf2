// write_target.hpp: how the entries of a kind are written: the statements and the columns.
#pragma once

#include "mapping/element_id.hpp"
#include "sql/placeholders.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace pgsql::directory {

/// What a client may do to entries.
enum class write_operation : char { add, modify, rename, remove };

/// The directive that configures the statement of the operation: pgsql-add-entry.
[[nodiscard]] inline std::string directive_of(write_operation what)
{
    return what == write_operation::add      ? "pgsql-add-entry"
           : what == write_operation::modify ? "pgsql-modify-entry"
           : what == write_operation::rename ? "pgsql-rename-entry"
                                             : "pgsql-delete-entry";
}

/// A column of the table behind the list query.
struct table_column {
    std::string name;       ///< quoted
    bool generated = false; ///< PostgreSQL computes its value
    bool defaulted = false; ///< a row without a value for it gets one
    bool required = false;  ///< NOT NULL
};

/// The statements that add and delete values of an attribute with several.
struct values_statements {
    postgres::named_statement add;
    postgres::named_statement remove;
};

/// A column, and the SQL expression that new rows get unless the request has a value for it.
struct column_value {
    std::string column; ///< quoted
    postgres::named_statement expression;
};

/// How the entries of a kind are written.
struct write_target {
    std::set<write_operation> derived; ///< whose statements are made from the table's columns
    std::string table;                 ///< quoted, with its schema; empty: nothing is derived
    std::map<std::string, table_column> columns; ///< of the table, by the list query's column
    std::vector<column_value> constants;
    std::map<write_operation, postgres::named_statement> statements; ///< as configured
    std::map<attribute_id, values_statements> values;
    std::set<std::string> accepted_classes; ///< besides the kind's own; lower-case
    /// Whether adding a value that exists, or deleting one that does not, is an error also for the
    /// attributes of `values`.
    bool strict_memberships = false;
    std::set<std::string> ignored_attributes; ///< accepted and not stored; lower-case
    /// The number of a new entry that asks for one from the database; empty: none does.
    std::string magic_number;

    [[nodiscard]] bool allows(write_operation what) const
    {
        return derived.contains(what) || statements.contains(what) ||
               (what == write_operation::modify && !values.empty());
    }
    [[nodiscard]] const postgres::named_statement* statement_for(write_operation what) const
    {
        const auto at = statements.find(what);
        return at != statements.end() ? &at->second : nullptr;
    }
    /// Whether a new row gets a value in the column of the list query without one in the request:
    /// by a default, or because the query computes it.
    [[nodiscard]] bool supplies(const std::string& shown) const
    {
        if (statements.contains(write_operation::add))
            return true;
        const auto at = columns.find(shown);
        return (at == columns.end() && !shown.empty()) ||
               (at != columns.end() &&
                (at->second.defaulted || at->second.generated ||
                 std::any_of(constants.begin(), constants.end(), [&](const column_value& one) {
                     return one.column == at->second.name;
                 })));
    }
    /// The table's column behind a column of the list query, or null.
    [[nodiscard]] const table_column* column_of(const std::string& shown) const
    {
        const auto at = columns.find(shown);
        return at != columns.end() ? &at->second : nullptr;
    }
    /// The same, if it can be written.
    [[nodiscard]] const table_column* column_behind(const std::string& shown) const
    {
        const table_column* const out = column_of(shown);
        return out != nullptr && !out->generated ? out : nullptr;
    }
};

} // namespace pgsql::directory
