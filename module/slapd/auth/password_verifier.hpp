// password_verifier.hpp: verifies passwords within the limits of the directives.
#pragma once

#include "slapd/worker/idle_worker.hpp"

#include "auth/hash_executor.hpp"

namespace pgsql::slapd {

/// Why no password can match the hash, or null. Computes no hash.
[[nodiscard]] const char* unverifiable_reason(const service& service,
                                              const auth::password_hash& hash);

/// The result for all passwords of this length, if it needs no computation.
[[nodiscard]] std::optional<auth::verification>
precheck(const service& service, const auth::password_hash& hash, std::size_t password_length);

/// Registers slapd's password schemes with auth/.
void use_slapd_schemes() noexcept;

/// Runs `computation` in its turn while the worker waits. Returns `busy` if it did not start in
/// time, else its result.
[[nodiscard]] auth::verification
run_in_worker(Operation& op, const service& service, auth::hash_executor& executor,
              const auth::hash_cost& cost,
              const std::function<auth::verification(unsigned threads)>& computation);

/// The message for a check that did not start in time.
inline constexpr const char* hash_timeout_message =
    "password check not started within pgsql-hash-timeout";

} // namespace pgsql::slapd
