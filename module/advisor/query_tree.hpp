// query_tree.hpp: turns a query as PostgreSQL has parsed it into what it uses.
#pragma once

#include <set>
#include <string_view>
#include <vector>

namespace pgsql::postgres {

/// What a query does to one relation, as the executor checks it.
struct relation_use {
    static constexpr unsigned inserts = 1; ///< as in PostgreSQL's nodes/parsenodes.h
    static constexpr unsigned selects = 2;
    static constexpr unsigned updates = 4;
    static constexpr unsigned deletes = 8;

    unsigned relation = 0;
    unsigned privileges = 0; ///< the bits above
    /// Numbers of columns: 0 is the whole row, system columns are below.
    std::set<int> selected;
    std::set<int> inserted;
    std::set<int> updated;
};

/// All by their numbers in the catalogue.
struct tree_uses {
    std::vector<relation_use> relations;
    std::set<unsigned> functions;
    std::set<unsigned> operators;
    std::set<unsigned> types; ///< that constants and casts are of
    std::set<unsigned> column_types;
    std::set<unsigned> collations; ///< that COLLATE names
};

/// Reads a pg_node_tree (pg_rewrite.ev_action, pg_policy.polqual) of PostgreSQL 12 or later: the
/// privileges are in RTE nodes, since version 16 in RTEPERMISSIONINFO.
[[nodiscard]] tree_uses uses_in(std::string_view tree);

} // namespace pgsql::postgres
