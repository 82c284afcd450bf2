// explain_plan.hpp: parses the output of EXPLAIN (VERBOSE, FORMAT JSON).
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pgsql::postgres {

/// One scan of a table.
struct table_scan {
    std::string schema;
    std::string table;
    std::string alias;
    std::string index;           ///< the index that is used; empty: none
    std::string index_condition; ///< empty: all entries of the index are read
    /// The conditions on its rows: those of the scan, then those of the joins around it, the
    /// innermost first.
    std::vector<std::string> conditions;
};

struct query_plan {
    std::vector<table_scan> scans;
    std::vector<std::string> conditions; ///< of all nodes
    std::vector<std::string> outputs;    ///< the output expressions of the top node
    /// The same; if the plan appends the rows of several (partitions, UNION ALL), of each of them.
    std::vector<std::vector<std::string>> shown;
    std::vector<std::string> sorted_by;                         ///< the top node's sort keys
    std::vector<std::pair<std::string, std::string>> relations; ///< by schema and name
    std::string line; ///< for display: Limit (Index Scan of Users by Users_uid_key)
    double cost = 0;  ///< PostgreSQL's estimate of the total cost; 0 if EXPLAIN did not return it
};

/// Throws std::invalid_argument if the text is not such a plan.
[[nodiscard]] query_plan read_plan(std::string_view json_text);

/// A column as EXPLAIN writes it: alias.name.
struct column_reference {
    std::string alias;
    std::string column;
    bool as_text = false; ///< (alias.name)::text

    bool operator==(const column_reference&) const = default;
};

/// The column, if the expression is only a column.
[[nodiscard]] std::optional<column_reference> column_in(std::string_view expression);

/// Whether the expression is a column, perhaps with casts.
[[nodiscard]] bool is_column(std::string_view expression);

/// The parts of a condition that AND connects.
[[nodiscard]] std::vector<std::string_view> conjuncts_of(std::string_view condition);

/// The equalities that the condition implies: each side with the other.
[[nodiscard]] std::vector<std::pair<std::string, std::string>>
equal_sides(std::string_view condition);

/// The columns in such equalities, each with the expression on the other side.
[[nodiscard]] std::vector<std::pair<column_reference, std::string>>
equalities_in(std::string_view condition);

/// The columns of the table that the expression refers to.
[[nodiscard]] std::set<std::string> columns_of(const std::string& expression,
                                               const std::string& alias);

/// The aliases whose columns the expression refers to.
[[nodiscard]] std::set<std::string> aliases_in(std::string_view expression,
                                               const std::set<std::string>& aliases);

/// The expression for an index definition: EXPLAIN's, without aliases before the columns and
/// without the outer parentheses. Nothing if it does not refer to the columns of this table only.
[[nodiscard]] std::optional<std::string> expression_on(const std::string& alias,
                                                       std::string_view expression,
                                                       const std::set<std::string>& aliases);

/// The expression without its outer parentheses.
[[nodiscard]] std::string_view bare(std::string_view expression);

} // namespace pgsql::postgres
