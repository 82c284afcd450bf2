// log_throttle.hpp: limits how often the same message is logged.
#pragma once

#include "base/deadline.hpp"
#include "slapd/core/log_event.hpp"
#include <map>
#include <mutex>
#include <string>

namespace pgsql::slapd {

/// Limits repeated messages: an outage is one line in the log, not one line per search.
class log_throttle {
public:
    /// Whether the event has not been logged for this object within its period.
    [[nodiscard]] bool should_log(log_event event, std::string_view object);

private:
    std::mutex mutex_;
    std::map<std::pair<log_event, std::string>, clock::time_point> logged_;
};

} // namespace pgsql::slapd
