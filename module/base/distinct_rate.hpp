// distinct_rate.hpp: limits how many different keys are accepted in a period.
#pragma once

#include "base/deadline.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <deque>
#include <mutex>
#include <string>
#include <string_view>

namespace pgsql {

/// At most `limit` different keys in any period. A key that was accepted within the period is
/// accepted again and does not count twice.
class distinct_rate {
public:
    distinct_rate(std::size_t limit, std::chrono::seconds period) : limit_(limit), period_(period)
    {}

    [[nodiscard]] bool accept(std::string_view key, clock::time_point now = clock::now())
    {
        const std::lock_guard lock(mutex_);
        while (!accepted_.empty() && now - accepted_.front().since >= period_)
            accepted_.pop_front();
        if (std::any_of(accepted_.begin(), accepted_.end(),
                        [&](const auto& one) { return one.key == key; }))
            return true;
        if (accepted_.size() >= limit_)
            return false;
        accepted_.push_back({std::string(key), now});
        return true;
    }

private:
    struct acceptance {
        std::string key;
        clock::time_point since;
    };

    const std::size_t limit_;
    const std::chrono::seconds period_;
    std::mutex mutex_;
    std::deque<acceptance> accepted_; ///< the oldest first
};

} // namespace pgsql
