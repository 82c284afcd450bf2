// statement_budget.hpp: limits what the conditions of one statement may cost.
#pragma once

#include <string_view>

namespace pgsql::directory {

/// How many relations a query has, as far as its words tell: each SELECT has one and each JOIN adds
/// one. Words in quotes count as well.
[[nodiscard]] int relations_in(std::string_view sql);

/// What one statement may cost, whatever the filter. The time of PostgreSQL's planner has no bound
/// and grows with the number of joined relations; each row costs the time of each term. slapd's
/// test_filter decides about the terms that are not affordable.
class statement_budget {
public:
    /// Whether a condition with so many relations is affordable; then it is paid for. A single
    /// query of the configuration is affordable whatever its size.
    [[nodiscard]] bool pay(int relations);
    [[nodiscard]] bool exhausted() const noexcept { return terms_ == 0; }

private:
    static constexpr int most_terms = 32;
    static constexpr int most_relations = 24;

    int terms_ = most_terms;
    int relations_ = most_relations;
};

} // namespace pgsql::directory
