// rootdse.hpp: publishes defaultNamingContext, the default search base, in the rootDSE.
#pragma once

namespace pgsql::slapd {

/// Adds defaultNamingContext, which SSSD and Proxmox VE read, to the rootDSE from now on. Returns
/// 0, or -1 on failure.
[[nodiscard]] int register_rootdse() noexcept;
void unregister_rootdse() noexcept;

} // namespace pgsql::slapd
