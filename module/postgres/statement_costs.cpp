// statement_costs.cpp: the average duration of recent statements, by text.
#include "postgres/statement_costs.hpp"

#include <functional>

namespace pgsql::postgres {
namespace {

constexpr double low_seconds = 0.005;
// The weight of the last statement in the moving average.
constexpr double weight = 0.2;
constexpr std::size_t most_texts = 1000;

} // namespace

statement_costs::text_hash statement_costs::hash_of(std::string_view text) noexcept
{
    return std::hash<std::string_view>()(text);
}

void statement_costs::add(text_hash hash, clock::duration elapsed)
{
    const double seconds = std::chrono::duration<double>(elapsed).count();
    const std::lock_guard lock(mutex_);
    if (seconds_.size() >= most_texts && !seconds_.contains(hash))
        seconds_.clear();
    const auto [at, is_new] = seconds_.try_emplace(hash, seconds);
    if (!is_new)
        at->second += weight * (seconds - at->second);
}

bool statement_costs::low(text_hash hash) const
{
    const std::lock_guard lock(mutex_);
    const auto at = seconds_.find(hash);
    return at != seconds_.end() && at->second < low_seconds;
}

} // namespace pgsql::postgres
