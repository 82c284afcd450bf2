// socket_progress.hpp: tells whether the peer of a socket takes what is sent to it.
#pragma once

#include <cstdint>

namespace pgsql::slapd {

/// A number that changes when the peer takes something.
[[nodiscard]] std::uint64_t socket_progress(int socket) noexcept;

} // namespace pgsql::slapd
