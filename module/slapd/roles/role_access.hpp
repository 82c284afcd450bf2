// role_access.hpp: access rules by roles.
#pragma once

namespace pgsql::slapd {

/// Registers the dynamic access rule dynacl/pgsql-roles (slapd.access(5)) with slapd. Returns
/// whether slapd takes it.
[[nodiscard]] bool register_role_access() noexcept;

} // namespace pgsql::slapd
