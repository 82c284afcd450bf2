// database_refusal.hpp: the result of a write that PostgreSQL refuses.
#pragma once

#include "slapd/serving/service.hpp"
#include "slapd/worker/refused.hpp"

namespace pgsql::slapd {

/// The result for an error of cause `statement` in a statement that writes an entry of the kind, or
/// in COMMIT (null); logs the reason, which may name what the client cannot see, without the
/// hashes.
[[nodiscard]] operation_refused refusal_of(const Operation& op, service& service,
                                           const directory::mapping& mapping,
                                           const directory::kind* kind, const postgres::error& why,
                                           const std::vector<const std::string*>& hashes = {});

} // namespace pgsql::slapd
