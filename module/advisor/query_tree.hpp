// query_tree.hpp: finds the objects that a query uses in its parse tree (pg_node_tree).
#pragma once

#include <set>
#include <string_view>
#include <vector>

namespace pgsql::postgres {

/// How a query uses one relation, as the executor checks it.
struct relation_use {
    static constexpr unsigned inserts = 1; ///< as in PostgreSQL's nodes/parsenodes.h
    static constexpr unsigned selects = 2;
    static constexpr unsigned updates = 4;
    static constexpr unsigned deletes = 8;

    unsigned relation = 0;
    unsigned privileges = 0; ///< the bits above
    /// Column numbers: 0 is the whole row, system columns are negative.
    std::set<int> selected;
    std::set<int> inserted;
    std::set<int> updated;
};

/// The OIDs of the objects that a query uses.
struct tree_uses {
    std::vector<relation_use> relations;
    std::set<unsigned> functions;
    std::set<unsigned> operators;
    std::set<unsigned> types; ///< of constants and casts
    std::set<unsigned> column_types;
    std::set<unsigned> collations; ///< in COLLATE
};

/// Parses a pg_node_tree (pg_rewrite.ev_action, pg_policy.polqual) of PostgreSQL 12 or later: the
/// privileges are in RTE nodes, since version 16 in RTEPERMISSIONINFO.
[[nodiscard]] tree_uses uses_in(std::string_view tree);

} // namespace pgsql::postgres
