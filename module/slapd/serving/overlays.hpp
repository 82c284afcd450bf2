// overlays.hpp: which overlays a database has, and what they read of the entries that it returns.
#pragma once

#include "slapd/core/slapd.hpp"

namespace pgsql::slapd {

/// The overlays of a database; null if it has none.
[[nodiscard]] const slap_overinfo* overlays_of(const BackendDB& be) noexcept;

/// Whether an overlay, or a caller within slapd, may read any attribute of the entries that the
/// operation returns. slapo-syncprov does so only for its own searches.
[[nodiscard]] bool are_entries_read(const Operation& op) noexcept;

} // namespace pgsql::slapd
