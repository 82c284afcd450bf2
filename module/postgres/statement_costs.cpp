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

void statement_costs::add(std::string_view text, clock::duration elapsed)
{
    const double seconds = std::chrono::duration<double>(elapsed).count();
    const auto key = std::hash<std::string_view>()(text);
    const std::lock_guard lock(mutex_);
    if (seconds_.size() >= most_texts && !seconds_.contains(key))
        seconds_.clear();
    const auto [at, is_new] = seconds_.try_emplace(key, seconds);
    if (!is_new)
        at->second += weight * (seconds - at->second);
}

bool statement_costs::low(std::string_view text) const
{
    const auto key = std::hash<std::string_view>()(text);
    const std::lock_guard lock(mutex_);
    const auto at = seconds_.find(key);
    return at != seconds_.end() && at->second < low_seconds;
}

} // namespace pgsql::postgres
