// log_throttle.hpp: limits how often the same message is logged.
#pragma once

#include "base/deadline.hpp"
#include <map>
#include <mutex>
#include <string>

namespace pgsql::slapd {

/// Says each thing once in a while: an outage is one line, not one a search.
class log_throttle {
public:
    /// Whether `what` has not been said in the last `seconds`.
    [[nodiscard]] bool should_log(const std::string& text, double seconds = 10);

private:
    std::mutex mutex_;
    std::map<std::string, clock::time_point> logged_;
};

} // namespace pgsql::slapd
