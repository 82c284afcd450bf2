// index_advice.hpp: suggests indexes for client searches that read whole tables.
#pragma once

#include "advisor/sample_queries.hpp"
#include "mapping/mapping.hpp"

#include "advisor/seq_scan.hpp"
#include "sql/statement.hpp"

#include <functional>
#include <string>
#include <vector>

namespace pgsql::directory {

struct index_advice {
    std::string search; ///< sample_query::description
    std::vector<postgres::seq_scan> scans;
    /// CREATE INDEX and related statements, except those listed for earlier searches.
    std::vector<std::string> indexes;
    /// Those of `scans` without any suggestion, except those told of with earlier searches.
    std::vector<postgres::seq_scan> not_indexable;

    /// The advice in one line.
    [[nodiscard]] std::string text() const;
};

/// For instance: all of "Users" (11011 rows)
[[nodiscard]] std::string extent_of(const postgres::seq_scan& table);

/// The seq scans of large tables in the plan of a statement.
using find_seq_scans = std::function<std::vector<postgres::seq_scan>(const postgres::statement&)>;

/// Advice for the searches that read whole tables, except those that earlier advice covers.
[[nodiscard]] std::vector<index_advice> missing_indexes(const std::vector<sample_query>& searches,
                                                        const find_seq_scans& seq_scans_of);

} // namespace pgsql::directory
