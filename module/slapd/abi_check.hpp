// abi_check.hpp: checks that the module runs in the slapd that it was built for.
#pragma once

namespace pgsql::slapd {

/// Null if versions and structures agree; otherwise a message that names the difference and both
/// versions. The text has static lifetime.
[[nodiscard]] const char* abi_mismatch() noexcept;

} // namespace pgsql::slapd
