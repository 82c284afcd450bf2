// statement_costs.hpp: remembers how long statements of each text took lately.
#pragma once

#include "base/deadline.hpp"

#include <mutex>
#include <string_view>
#include <unordered_map>

namespace pgsql::postgres {

/// The average time of recent statements of each text, in seconds; of up to a thousand texts. Safe
/// for many threads.
class statement_costs {
public:
    statement_costs() = default;
    statement_costs(const statement_costs&) = delete;
    statement_costs& operator=(const statement_costs&) = delete;

    /// Adds the time that a statement of this text took.
    void add(std::string_view text, clock::duration took);
    /// Whether statements of this text are known to take a few milliseconds at most.
    [[nodiscard]] bool low(std::string_view text) const;

private:
    mutable std::mutex mutex_;
    std::unordered_map<std::size_t, double> seconds_; ///< on average, by the hash of the text
};

} // namespace pgsql::postgres
