// seq_scan.hpp: a seq scan of a large table in the plan of a statement.
#pragma once

#include <string>
#include <vector>

namespace pgsql::postgres {

struct seq_scan {
    std::string table;    ///< its SQL name
    double rows = 0;      ///< PostgreSQL's estimate
    bool guessed = false; ///< from the table's size, because it was never analyzed
    /// The statement's first column in SQL, if it is one of the table or an indexable expression on
    /// its columns: "column" or (expression).
    std::string output_column;
    bool has_statistics = true; ///< PostgreSQL supports statistics on expressions (since 14)
    std::string shown_problem;  ///< why output_column is empty, if known
    /// The columns, or such expressions, that the statement compares with = and that are not the
    /// first column of any index.
    std::vector<std::string> key_columns;
    bool computed = false;    ///< some of them are expressions
    bool joined = false;      ///< they are compared with columns of another table
    std::string keys_problem; ///< why others are not among them, if known
    std::string condition;    ///< the condition on the rows, as EXPLAIN writes it
};

} // namespace pgsql::postgres
