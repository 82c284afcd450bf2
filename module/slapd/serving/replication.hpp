// replication.hpp: refuses replication, which cannot work without the changes passing through
// slapd.
#pragma once

#include "slapd/core/slapd.hpp"

namespace pgsql::slapd {

/// Throws unusable if an overlay or a directive wants the database replicated, in either direction.
void check_replication(const BackendDB& be);

/// Makes slapo-syncprov refuse to be opened over our databases: overlays that are added online are
/// opened without a word to the backend. To be repeated, for the module may be loaded at any time.
void guard_syncprov() noexcept;

/// Whether the search is a consumer's (RFC 4533) and comes through slapo-syncprov, over whichever
/// database that is.
[[nodiscard]] bool asked_by_consumer(const Operation& op) noexcept;

inline constexpr const char* no_replication =
    "consumers cannot copy this database: syncprov does not see changes made in PostgreSQL";

} // namespace pgsql::slapd
