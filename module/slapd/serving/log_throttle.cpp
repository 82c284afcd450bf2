// log_throttle.cpp: limits how often the same message is logged.
#include "slapd/serving/log_throttle.hpp"

namespace pgsql::slapd {

bool log_throttle::should_log(log_event event, std::string_view object)
{
    const double seconds = period_of(event);
    if (seconds <= 0)
        return true;
    const std::lock_guard lock(mutex_);
    if (logged_.size() > 1000)
        logged_.clear();
    auto& last = logged_[{event, std::string(object)}];
    const auto now = clock::now();
    if (last != clock::time_point() && now - last < std::chrono::duration<double>(seconds))
        return false;
    last = now;
    return true;
}

} // namespace pgsql::slapd
