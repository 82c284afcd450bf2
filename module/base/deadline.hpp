// deadline.hpp: deadlines: the point in time at which every wait of one operation ends.
#pragma once

#include <algorithm>
#include <chrono>

namespace pgsql {

using clock = std::chrono::steady_clock;
using deadline = clock::time_point;

/// The interval at which a long wait checks whether its operation was abandoned.
inline constexpr auto poll_interval = std::chrono::milliseconds(25);

/// The point in time `seconds` from now.
[[nodiscard]] inline deadline in_seconds(double seconds)
{
    return clock::now() +
           std::chrono::duration_cast<clock::duration>(std::chrono::duration<double>(seconds));
}

/// Milliseconds left until `expiry`, rounded up, never negative: a timeout for poll(2).
[[nodiscard]] inline int milliseconds_until(deadline expiry)
{
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(expiry - clock::now()).count();
    return static_cast<int>(std::clamp<long long>(left, 0, 3'600'000));
}

} // namespace pgsql
