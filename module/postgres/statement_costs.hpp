// statement_costs.hpp: remembers how long statements of each text took lately.
#pragma once

#include "base/deadline.hpp"

#include <mutex>
#include <string_view>
#include <unordered_map>

namespace pgsql::postgres {

class statement_costs {
public:
    statement_costs() = default;
    statement_costs(const statement_costs&) = delete;
    statement_costs& operator=(const statement_costs&) = delete;

    void add(std::string_view text, clock::duration took);
    /// Whether statements of this text are known to take a few milliseconds at most.
    [[nodiscard]] bool low(std::string_view text) const;

private:
    mutable std::mutex guard_;
    std::unordered_map<std::size_t, double> seconds_; ///< on average, by the hash of the text
};

} // namespace pgsql::postgres
