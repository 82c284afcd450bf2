// row_scan.hpp: finds the rows of a kind that have changed, by digests that PostgreSQL computes.
#pragma once

#include "replication/row_digests.hpp"
#include "slapd/entry/row_fetch.hpp"

#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace pgsql::slapd {

/// A row that is new or has changed.
struct changed_row {
    std::string name;
    std::uint64_t id = 0; ///< as in row_digest
};

/// Reads the digests of all rows, and of the values queries for them. All arguments must outlive
/// it.
class row_scan {
public:
    row_scan(Operation& op, service& service, write_transaction& snapshot,
             const directory::plan& plan)
        : op_(op), service_(service), snapshot_(snapshot), plan_(plan)
    {}

    /// Whether the rows of the plan can be told apart by digests.
    [[nodiscard]] static bool can_read(const directory::plan& plan);

    /// Returns the digests. `known`: those of before, or null. Throws postgres::error.
    [[nodiscard]] replication::row_digests run(const replication::row_digests* known);
    /// The rows that are new or have changed since; nothing if there are many.
    [[nodiscard]] const std::optional<std::vector<changed_row>>& rows() const noexcept
    {
        return changed_;
    }

private:
    [[nodiscard]] postgres::result fetch(const postgres::statement& statement);
    template <typename Use> void read(const postgres::statement& query, Use use);

    Operation& op_;
    service& service_;
    write_transaction& snapshot_;
    const directory::plan& plan_;
    std::unordered_map<std::string, std::uint64_t> values_; ///< of the values queries, by key
    std::optional<std::vector<changed_row>> changed_;
};

} // namespace pgsql::slapd
