// explain.hpp: finds seq scans of large tables in the plan of a statement, and the missing indexes.
#pragma once

#include "advisor/explain_plan.hpp"
#include "advisor/seq_scan.hpp"
#include "postgres/connection.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace pgsql::postgres {

/// PostgreSQL's plan of the statement, which is not run.
[[nodiscard]] query_plan explain_statement(const statement& statement, connection& session,
                                           const wait_options& options);

class explainer {
public:
    /// Reads the tables with at least so many rows, and their indexes, from the catalog.
    explainer(connection& session, double least_rows, const wait_options& options);

    /// PostgreSQL's estimate of the table's rows; nothing if it is not one of those tables.
    [[nodiscard]] std::optional<double> rows_of(const table_scan& scan) const;
    /// Whether that estimate is based on the table's size only.
    [[nodiscard]] bool guesses(const table_scan& scan) const;

    /// The statement is planned, never run; without large tables it is not even planned.
    [[nodiscard]] std::vector<seq_scan> seq_scans(const statement& statement, connection& session,
                                                  const wait_options& options) const;

private:
    struct table {
        std::string name; ///< of the partitioned table, if it is a partition
        double rows = 0;
        bool guessed = false;                  ///< estimated from the size
        std::set<std::string> leading_columns; ///< of indexes on all rows, in SQL
        std::set<std::string> varchar;         ///< columns whose cast to text changes nothing
    };
    struct index {
        std::string leading_column; ///< the first column; empty: unknown
        bool partial = false;
    };

    void count_small(connection& session, const wait_options& options);
    [[nodiscard]] const table* large_table(const table_scan& scan) const;
    [[nodiscard]] bool reads_all(const table_scan& scan) const;
    struct asking {
        std::set<std::string> aliases; ///< of the plan's tables
        const statement& planned;
        connection& session;
        const wait_options& limits;
    };
    /// A column or expression for an index in SQL, or why it cannot be indexed.
    struct index_part {
        std::string sql;
        std::string problem;
        bool computed = false;      ///< an expression, not a column
        bool own_collation = false; ///< a column in it has another collation than its type
    };

    [[nodiscard]] static index_part part_on(const table_scan& scan, const table& in,
                                            const std::string& expression, const asking& by);
    static void find_keys(seq_scan& out, const table_scan& scan, const table& in,
                          const query_plan& plan, const asking& by);
    [[nodiscard]] static index_part shown_part(const table_scan& scan, const table& in,
                                               const query_plan& plan, const asking& by);
    /// The columns that an index on the key needs for an index-only scan of a junction table, whose
    /// two columns are only compared with other tables.
    [[nodiscard]] static std::vector<std::string> other_keys(const table_scan& scan,
                                                             const table& in,
                                                             const query_plan& plan,
                                                             const std::string& key);

    std::map<std::pair<std::string, std::string>, table> tables_; ///< by schema and name
    std::map<std::pair<std::string, std::string>, index> indexes_;
};

} // namespace pgsql::postgres
