// socket_progress.hpp: detects whether the peer of a socket receives data.
#pragma once

#include <cstdint>

namespace pgsql::slapd {

/// What the peer of a socket has received.
struct socket_progress {
    std::uint64_t position = 0; ///< changes whenever the peer receives data
    bool is_bytes = false;      ///< the position is the number of bytes that it has received

    [[nodiscard]] bool operator==(const socket_progress&) const = default;
};

/// A local socket has no count of bytes; its position is the number of bytes that are queued.
[[nodiscard]] socket_progress progress_of(int socket) noexcept;

} // namespace pgsql::slapd
