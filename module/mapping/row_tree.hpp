// row_tree.hpp: grows the tree of the directory by the rows that have others below them.
#pragma once

#include "mapping/dn_tree.hpp"

#include <string>
#include <vector>

namespace pgsql::directory {

/// The most containers above an entry that are rows.
inline constexpr int deepest_row = 32;

/// A row that may have others below its entry.
struct tree_row {
    kind_id kind;
    std::string key;
    place above;
    std::string rdn;            ///< pretty
    std::string normalized_rdn; ///< empty: the row has no valid name
};

/// A row that has no entry, so that nothing below it has one.
struct broken_row {
    kind_id kind;
    std::string key;
    std::string reason;
};

struct row_tree {
    dn_tree tree; ///< the fixed containers keep their ids
    std::vector<broken_row> broken;
};

/// Adds the rows to the fixed containers. Of rows with the same DN, and of those with the same key,
/// the first by name and key is an entry.
[[nodiscard]] row_tree grow(const dn_tree& fixed, std::vector<tree_row> rows);

} // namespace pgsql::directory
