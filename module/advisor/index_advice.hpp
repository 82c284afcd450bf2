// index_advice.hpp: turns the tables that clients' searches read whole into the indexes that spare
// it.
#pragma once

#include "advisor/search_probes.hpp"
#include "mapping/mapping.hpp"

#include "advisor/table_scan.hpp"
#include "sql/statement.hpp"

#include <functional>
#include <string>
#include <vector>

namespace pgsql::directory {

struct index_advice {
    std::string search; ///< as in probe
    std::vector<postgres::seq_scan> scans;
    std::vector<std::string>
        indexes; ///< CREATE INDEX statements, and what they need, but for those of earlier searches
    std::vector<postgres::seq_scan> not_indexable; ///< those of `reads` for which no search has one

    /// The same in one line.
    [[nodiscard]] std::string text() const;
};

/// all of "Users" (11011 rows)
[[nodiscard]] std::string extent_of(const postgres::seq_scan& table);

/// What PostgreSQL reads whole for a statement.
using find_seq_scans = std::function<std::vector<postgres::seq_scan>(const postgres::statement&)>;

/// The searches that read tables whole; without those for which all is said already.
[[nodiscard]] std::vector<index_advice> missing_indexes(const std::vector<sample_query>& searches,
                                                        const find_seq_scans& whole_reads);

} // namespace pgsql::directory
