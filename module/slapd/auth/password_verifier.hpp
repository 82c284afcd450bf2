// password_verifier.hpp: turns passwords and stored hashes into verdicts within what the directives
// allow.
#pragma once

#include "slapd/worker/idle_worker.hpp"

#include "auth/hash_executor.hpp"

namespace pgsql::slapd {

/// Why no password is right for the hash, or null. Costs nothing.
[[nodiscard]] const char* unverifiable_reason(const service& service,
                                              const auth::password_hash& hash);

/// The result for all passwords of this length, if no computation is needed to know it.
[[nodiscard]] std::optional<auth::verification>
precheck(const service& service, const auth::password_hash& hash, std::size_t password_length);

/// Makes slapd's password schemes known to auth/.
void use_slapd_schemes() noexcept;

/// Runs `what` in its turn, in a worker that waits for it. `busy` when its turn did not come, else
/// what `what` said.
[[nodiscard]] auth::verification
run_in_worker(Operation& op, const service& service, auth::hash_executor& gate,
              const auth::hash_cost& cost,
              const std::function<auth::verification(unsigned threads)>& what);

/// What a client hears when its turn does not come.
inline constexpr const char* hash_timeout_message =
    "no turn for a password check within pgsql-hash-timeout";

} // namespace pgsql::slapd
