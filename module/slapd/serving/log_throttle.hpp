// log_throttle.hpp: limits how often the same message is logged.
#pragma once

#include "base/deadline.hpp"
#include <map>
#include <mutex>
#include <string>

namespace pgsql::slapd {

/// Limits repeated messages: an outage is one line in the log, not one line per search.
class log_throttle {
public:
    /// Whether `text` has not been logged in the last `seconds`.
    [[nodiscard]] bool should_log(const std::string& text, double seconds = 10);

private:
    std::mutex mutex_;
    std::map<std::string, clock::time_point> logged_;
};

} // namespace pgsql::slapd
