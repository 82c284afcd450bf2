// caches.hpp: makes the caches that the directives ask for.
#pragma once

#include "cache/result_cache.hpp"
#include "slapd/serving/directives.hpp"

#include <memory>

namespace pgsql::slapd {

/// The memory for query results, in MiB.
[[nodiscard]] double cache_mebibytes(const directives& directives);
/// Of query results: for reuse, or with pgsql-serve-stale alone only for outages; null: none.
/// Throws config_error.
[[nodiscard]] std::shared_ptr<directory::result_cache>
result_cache_of(const directives& directives);
/// Whether NOTIFY invalidates what is kept.
[[nodiscard]] bool notified(const directives& directives);
/// Of the tree of rows below each other: one result; null: none.
[[nodiscard]] std::shared_ptr<directory::result_cache> tree_cache_of(const directives& directives);
/// Of the rows of queries for roles; null: none.
[[nodiscard]] std::shared_ptr<directory::result_cache> role_cache_of(const directives& directives);
/// Of accounts that could log in, for outages; null: none.
[[nodiscard]] std::shared_ptr<directory::result_cache>
account_cache_of(const directives& directives);

} // namespace pgsql::slapd
