// rootdse.hpp: shows in the rootDSE which base a client without one should search.
#pragma once

namespace pgsql::slapd {

/// Adds defaultNamingContext, which SSSD and Proxmox VE look for, to every rootDSE from now on.
/// Returns 0, or -1.
[[nodiscard]] int register_rootdse() noexcept;
void unregister_rootdse() noexcept;

} // namespace pgsql::slapd
