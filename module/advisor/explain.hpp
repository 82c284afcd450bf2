// explain.hpp: turns a statement into the large tables that PostgreSQL reads whole for it because
// no index helps.
#pragma once

#include "advisor/explain_plan.hpp"
#include "advisor/table_scan.hpp"
#include "postgres/connection.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace pgsql::postgres {

/// How PostgreSQL would answer the statement, which it does not run.
[[nodiscard]] query_plan explain_statement(const statement& statement, connection& session,
                                           const wait_options& options);

class explainer {
public:
    /// Asks for the tables of at least so many rows and their indexes.
    explainer(connection& session, double least_rows, const wait_options& options);

    /// How many rows PostgreSQL takes the table to have; nothing if it is none of those.
    [[nodiscard]] std::optional<double> rows_of(const table_scan& scan) const;
    /// Whether that is a guess by the size.
    [[nodiscard]] bool guesses(const table_scan& scan) const;

    /// The statement is planned, never run; and not even that where there is no large table.
    [[nodiscard]] std::vector<seq_scan> seq_scans(const statement& statement, connection& session,
                                                  const wait_options& options) const;

private:
    struct table {
        std::string name; ///< of the partitioned table, if it is a part of one
        double rows = 0;
        bool guessed = false;                  ///< by the size
        std::set<std::string> leading_columns; ///< with what an index of all rows begins, in SQL
        std::set<std::string> varchar;         ///< columns that are text as they are
    };
    struct index {
        std::string leading_column; ///< the column with which it begins; empty: cannot be told
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
    /// What an index is made of, in SQL, or why it cannot be made.
    struct index_part {
        std::string sql;
        std::string problem;
        bool computed = false;      ///< it is not just a column
        bool own_collation = false; ///< of a column in it
    };

    [[nodiscard]] static index_part part_on(const table_scan& scan, const table& in,
                                            const std::string& expression, const asking& by);
    static void find_keys(seq_scan& out, const table_scan& scan, const table& in,
                          const query_plan& plan, const asking& by);
    [[nodiscard]] static index_part shown_part(const table_scan& scan, const table& in,
                                               const query_plan& plan, const asking& by);
    /// What an index with the key needs to have all that is read of a table which lies between two
    /// others and is only compared with them.
    [[nodiscard]] static std::vector<std::string> other_keys(const table_scan& scan,
                                                             const table& in,
                                                             const query_plan& plan,
                                                             const std::string& key);

    std::map<std::pair<std::string, std::string>, table> tables_; ///< by schema and name
    std::map<std::pair<std::string, std::string>, index> indexes_;
};

} // namespace pgsql::postgres
