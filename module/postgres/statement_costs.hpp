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

    /// The hash of a text.
    using text_hash = std::size_t;
    [[nodiscard]] static text_hash hash_of(std::string_view text) noexcept;

    /// Adds the duration of a statement of this text.
    void add(text_hash hash, clock::duration elapsed);
    /// Whether statements of this text are known to take a few milliseconds at most.
    [[nodiscard]] bool low(text_hash hash) const;

private:
    mutable std::mutex mutex_;
    std::unordered_map<text_hash, double> seconds_; ///< averages
};

} // namespace pgsql::postgres
