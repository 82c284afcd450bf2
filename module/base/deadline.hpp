// deadline.hpp: turns a number of seconds into the moment at which every wait of one operation
// ends.
#pragma once

#include <algorithm>
#include <chrono>

namespace pgsql {

using clock = std::chrono::steady_clock;
using deadline = clock::time_point;

/// The moment `seconds` from now.
[[nodiscard]] inline deadline in_seconds(double seconds)
{
    return clock::now() +
           std::chrono::duration_cast<clock::duration>(std::chrono::duration<double>(seconds));
}

/// Milliseconds left until `when`, rounded up, never negative; what poll(2) takes.
[[nodiscard]] inline int milliseconds_until(deadline when)
{
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(when - clock::now()).count();
    return static_cast<int>(std::clamp<long long>(left, 0, 3'600'000));
}

} // namespace pgsql
