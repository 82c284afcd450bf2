// search_probes.hpp: turns a mapping into the searches that clients send, for values that nobody
// has.
#pragma once

#include "query/query_planner.hpp"

#include <string>
#include <vector>

namespace pgsql::directory {

/// A search, as the statement that answers it. Its parts are statements too, each for the rows of
/// one of the conditions that OR joins in it: PostgreSQL needs an index for every one of them.
struct sample_query {
    struct part {
        postgres::statement statement; ///< shows the column that the condition is on
        std::string column;            ///< as in branch
        std::string index;             ///< as in branch
    };
    std::string description; ///< for people: "finding users by mail"
    postgres::statement statement;
    std::vector<part> parts;
};

/// The searches for one entry or one group's members, of every kind that can be served.
[[nodiscard]] std::vector<sample_query> sample_queries(const mapping& mapping);

/// Any other search of a kind, and what its lists of values take for the entries of these names;
/// empty when no entry of the kind can be found by it.
[[nodiscard]] std::vector<sample_query> sample_queries_for(const mapping& mapping, const kind& kind,
                                                           const filter& filter,
                                                           const selection& selection,
                                                           const std::string& named,
                                                           const std::vector<std::string>& entries);

} // namespace pgsql::directory
