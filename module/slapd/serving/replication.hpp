// replication.hpp: refuses replication, which requires that all changes pass through slapd.
#pragma once

#include "slapd/core/slapd.hpp"
#include "slapd/serving/service.hpp"

namespace pgsql::slapd {

/// Throws config_error if an overlay or a directive replicates the database, in either direction.
void check_replication(const BackendDB& be);

/// Whether pgsql-feed is on, but no overlay lets other servers copy the database.
[[nodiscard]] bool lacks_syncprov(const BackendDB& be);

/// Makes slapo-syncprov refuse to open on pgsql databases: slapd opens overlays that are added
/// online without informing the backend. Call again later, since syncprov may be loaded at any
/// time.
void guard_syncprov() noexcept;

/// Why a consumer's search is refused, and with which result; null: it is not. Set once, when slapd
/// loads the module.
using copy_check = const char* (*)(Operation& op, service& service, int& code);
inline copy_check check_copy = nullptr;

/// Whether a consumer (RFC 4533) sent the search and it comes through slapo-syncprov, on any
/// database.
[[nodiscard]] bool asked_by_consumer(const Operation& op) noexcept;

inline constexpr const char* no_replication =
    "consumers cannot copy this database: syncprov does not see changes made in PostgreSQL";

} // namespace pgsql::slapd
