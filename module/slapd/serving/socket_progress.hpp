// socket_progress.hpp: detects whether the peer of a socket receives data.
#pragma once

#include <cstdint>

namespace pgsql::slapd {

/// A number that changes whenever the peer receives data.
[[nodiscard]] std::uint64_t socket_progress(int socket) noexcept;

} // namespace pgsql::slapd
