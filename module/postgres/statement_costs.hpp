// statement_costs.hpp: the average duration of recent statements, by text.
#pragma once

#include "base/deadline.hpp"

#include <mutex>
#include <string_view>
#include <unordered_map>

namespace pgsql::postgres {

/// The moving average of the seconds that statements of each text take, for up to a thousand texts.
/// Thread-safe.
class statement_costs {
public:
    statement_costs() = default;
    statement_costs(const statement_costs&) = delete;
    statement_costs& operator=(const statement_costs&) = delete;

    /// Adds the duration of a statement of this text.
    void add(std::string_view text, clock::duration elapsed);
    /// Whether statements of this text are known to take a few milliseconds at most.
    [[nodiscard]] bool low(std::string_view text) const;

private:
    mutable std::mutex mutex_;
    std::unordered_map<std::size_t, double> seconds_; ///< averages, by the hash of the text
};

} // namespace pgsql::postgres
