// explain_plan.hpp: turns what EXPLAIN (VERBOSE, FORMAT JSON) says into how each table is read.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pgsql::postgres {

/// One reading of a table.
struct table_scan {
    std::string schema;
    std::string table;
    std::string alias;
    std::string index;           ///< by which it is read; empty: none
    std::string index_condition; ///< empty: all that is in the index
    /// What its rows have to be like: its own conditions, then those of the joins that it is in,
    /// the innermost first.
    std::vector<std::string> conditions;
};

struct query_plan {
    std::vector<table_scan> scans;
    std::vector<std::string> conditions; ///< of all its parts
    std::vector<std::string> outputs;    ///< the expressions that the statement shows
    /// The same; if it appends the rows of several plans (partitions, UNION ALL), of each of them.
    std::vector<std::vector<std::string>> shown;
    std::vector<std::string> sorted_by;                         ///< by its last step, if that sorts
    std::vector<std::pair<std::string, std::string>> relations; ///< by schema and name
    std::string line; ///< for people: Limit (Index Scan of Users by Users_uid_key)
    double cost = 0;  ///< PostgreSQL's estimate for all of it; 0 if it was not asked for
};

/// Throws std::invalid_argument if the text is no such plan.
[[nodiscard]] query_plan read_plan(std::string_view json_text);

/// A column as EXPLAIN names it: alias.name.
struct column_reference {
    std::string alias;
    std::string column;
    bool as_text = false; ///< (alias.name)::text

    bool operator==(const column_reference&) const = default;
};

/// What the expression is, if it is nothing but a column.
[[nodiscard]] std::optional<column_reference> column_in(std::string_view expression);

/// Whether the expression is a column, perhaps as another type.
[[nodiscard]] bool is_column(std::string_view expression);

/// The conditions that are all true when it is.
[[nodiscard]] std::vector<std::string_view> conjuncts_of(std::string_view condition);

/// What has to be equal for the condition to be true: each side with the other.
[[nodiscard]] std::vector<std::pair<std::string, std::string>>
equal_sides(std::string_view condition);

/// The columns for which = has to be true, with what is on its other side.
[[nodiscard]] std::vector<std::pair<column_reference, std::string>>
equalities_in(std::string_view condition);

/// The columns of a table that the expression is about.
[[nodiscard]] std::set<std::string> columns_of(const std::string& expression,
                                               const std::string& alias);

/// Those of the plan's aliases whose columns the expression is about.
[[nodiscard]] std::set<std::string> aliases_in(std::string_view expression,
                                               const std::set<std::string>& aliases);

/// The expression as an index has it: EXPLAIN's, without the alias in front of the columns, and
/// without brackets around all of it. Nothing if it is not about the columns of that table alone.
[[nodiscard]] std::optional<std::string> expression_on(const std::string& alias,
                                                       std::string_view expression,
                                                       const std::set<std::string>& aliases);

/// Without the brackets around all of it.
[[nodiscard]] std::string_view bare(std::string_view expression);

} // namespace pgsql::postgres
