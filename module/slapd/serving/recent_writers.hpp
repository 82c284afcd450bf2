// recent_writers.hpp: remembers which connections have just written, because a standby may not yet
// have what they wrote.
#pragma once

#include "base/deadline.hpp"

#include <atomic>
#include <mutex>
#include <unordered_map>

namespace pgsql::slapd {

class recent_writers {
public:
    /// How long a connection reads from the primary after a write.
    static constexpr auto period = std::chrono::seconds(10);

    /// `connection`: slapd's number of it, which is never used again.
    void add(unsigned long connection)
    {
        const auto now = clock::now();
        const std::lock_guard lock(mutex_);
        std::erase_if(until_, [&](const auto& one) { return one.second < now; });
        until_[connection] = now + period;
        any_ = true;
    }

    [[nodiscard]] bool contains(unsigned long connection)
    {
        if (!any_)
            return false;
        const std::lock_guard lock(mutex_);
        const auto at = until_.find(connection);
        return at != until_.end() && at->second >= clock::now();
    }

private:
    std::mutex mutex_;
    std::atomic<bool> any_ = false; ///< whether there was ever one
    std::unordered_map<unsigned long, clock::time_point> until_;
};

} // namespace pgsql::slapd
