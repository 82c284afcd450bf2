// table_scan.hpp: says of a statement that PostgreSQL reads a table from end to end for it.
#pragma once

#include <string>
#include <vector>

namespace pgsql::postgres {

struct seq_scan {
    std::string table;    ///< as SQL names it
    double rows = 0;      ///< as PostgreSQL estimates them
    bool guessed = false; ///< by the table's size, since it was never analyzed
    /// The statement's first column in SQL, if it is one of the table or an expression on its
    /// columns that an index can have: "column" or (expression).
    std::string output_column;
    bool has_statistics = true; ///< PostgreSQL can have them on expressions (since 14)
    std::string shown_problem;  ///< why there is none, if that can be told
    /// The columns, or such expressions, by which rows are looked for with =, and with which no
    /// index begins.
    std::vector<std::string> key_columns;
    bool computed = false;    ///< some of them are expressions
    bool joined = false;      ///< they have to equal columns of another table
    std::string keys_problem; ///< why others are not among them, if that can be told
    std::string condition;    ///< what the rows have to be like, in PostgreSQL's words
};

} // namespace pgsql::postgres
