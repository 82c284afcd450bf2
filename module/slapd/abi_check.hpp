// abi_check.hpp: tells whether the slapd we were loaded into is the one we were built for.
#pragma once

namespace pgsql::slapd {

/// Null when versions and structures agree; otherwise what differs, naming both sides. The text
/// stays valid.
[[nodiscard]] const char* abi_mismatch() noexcept;

} // namespace pgsql::slapd
