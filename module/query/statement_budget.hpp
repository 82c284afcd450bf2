// statement_budget.hpp: limits what the conditions of one statement may cost.
#pragma once

#include <string_view>

namespace pgsql::directory {

/// What one statement may cost, whatever the term. PostgreSQL's planner is neither bounded nor
/// interrupted, and takes the longer the more relations are joined; each row costs the time of each
/// term. What is not affordable is left to slapd's test_filter.
class statement_budget {
public:
    /// Whether the condition is affordable; then it is paid for. A single query of the
    /// configuration is affordable whatever its size.
    [[nodiscard]] bool pay(std::string_view sql);
    [[nodiscard]] bool exhausted() const noexcept { return terms_ == 0; }

private:
    static constexpr int most_terms = 32;
    static constexpr int most_relations = 24;

    int terms_ = most_terms;
    int relations_ = most_relations;
};

} // namespace pgsql::directory
