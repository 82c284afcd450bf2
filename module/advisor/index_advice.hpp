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
    std::vector<postgres::whole_read> reads;
    std::vector<std::string>
        indexes; ///< CREATE INDEX statements, and what they need, but for those of earlier searches
    std::vector<postgres::whole_read> incurable; ///< those of `reads` for which no search has one

    /// The same in one line.
    [[nodiscard]] std::string text() const;
};

/// all of "Users" (11011 rows)
[[nodiscard]] std::string extent_of(const postgres::whole_read& table);

/// What PostgreSQL reads whole for a statement.
using whole_reads_of = std::function<std::vector<postgres::whole_read>(const postgres::statement&)>;

/// The searches that read tables whole; without those for which all is said already.
[[nodiscard]] std::vector<index_advice> missing_indexes(const std::vector<probe>& searches,
                                                        const whole_reads_of& whole_reads);

} // namespace pgsql::directory
