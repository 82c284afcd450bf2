// whole_read.hpp: says of a statement that PostgreSQL reads a table from end to end for it.
#pragma once

#include <string>
#include <vector>

namespace pgsql::postgres {

struct whole_read {
    std::string table;    ///< as SQL names it
    double rows = 0;      ///< as PostgreSQL estimates them
    bool guessed = false; ///< by the table's size, since it was never analyzed
    std::string shown;    ///< the column of it that is the statement's first, if that is one
    std::vector<std::string> keys; ///< its columns by which rows are looked for with =, and with
                                   ///< which no index begins
    std::string condition;         ///< what the rows have to be like, in PostgreSQL's words
};

} // namespace pgsql::postgres
