// dummy_hash.hpp: chooses the hash that is verified for names that do not exist.
#pragma once

#include "auth/hash_executor.hpp"
#include "postgres/pool.hpp"
#include "slapd/serving/resolved_mapping.hpp"

namespace pgsql::slapd {

/// Sets the dummy hash and the dummy key of the mapping by a sample of the stored hashes. Throws
/// postgres::error unless only the sample is too slow or has an unreadable row.
void choose_dummy_hash(resolved_mapping& mapping, postgres::pool& pool,
                       const auth::hash_budget& budget, double timeout,
                       postgres::wait_options options);

} // namespace pgsql::slapd
