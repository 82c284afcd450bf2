// sample_queries.hpp: the statements of typical client searches, with values that match no row.
#pragma once

#include "query/query_planner.hpp"

#include <string>
#include <vector>

namespace pgsql::directory {

/// The statement of a search. Each part is a statement for the rows of one of the conditions that
/// OR connects in it: PostgreSQL needs an index for each of them.
struct sample_query {
    struct part {
        postgres::statement statement; ///< returns the column of the condition
        std::string column;            ///< as in branch
        std::string index;             ///< as in branch
    };
    std::string description; ///< for display: "finding users by mail"
    postgres::statement statement;
    std::vector<part> parts;
};

/// The searches for one entry or one group's members, for every kind without an error.
[[nodiscard]] std::vector<sample_query> sample_queries(const mapping& mapping);

/// The statements of any other search of a kind, and of its values queries for the entries with
/// these keys; empty if no entry of the kind can match.
[[nodiscard]] std::vector<sample_query> sample_queries_for(const mapping& mapping, const kind& kind,
                                                           const filter& filter,
                                                           const selection& selection,
                                                           const std::string& named,
                                                           const std::vector<std::string>& entries);

} // namespace pgsql::directory
