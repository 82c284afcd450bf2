// log_throttle.cpp: limits how often the same message is logged.
#include "slapd/serving/log_throttle.hpp"

namespace pgsql::slapd {

bool complaints::worth_saying(const std::string& what, double seconds)
{
    const std::lock_guard lock(guard_);
    if (said_.size() > 1000)
        said_.clear();
    auto& last = said_[what];
    const auto now = clock::now();
    if (last != clock::time_point() && now - last < std::chrono::duration<double>(seconds))
        return false;
    last = now;
    return true;
}

} // namespace pgsql::slapd
