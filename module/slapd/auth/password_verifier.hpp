// password_verifier.hpp: turns passwords and stored hashes into verdicts within what the directives
// allow.
#pragma once

#include "slapd/worker/idle_worker.hpp"

#include "auth/hash_executor.hpp"

namespace pgsql::slapd {

/// The verdict that needs no costly check: a stored value that is none of our hashes, or a {SCHEME}
/// of slapd's. Nothing if login::check() has to find it.
[[nodiscard]] std::optional<login::outcome>
settled_by(Operation& op, const service& with, const login::secret& stored, const berval& password);

/// Why no password whatever is right for the stored value, or null. Costs nothing.
[[nodiscard]] const char* why_hopeless(const service& with, const login::secret& stored);

/// Runs `what` in its turn, in a worker that waits for it. `busy` when its turn did not come, else
/// what `what` said.
[[nodiscard]] login::outcome run_here(Operation& op, const service& with, login::hash_gate& gate,
                                      const login::hash_cost& cost,
                                      const std::function<login::outcome(unsigned threads)>& what);

/// What a client hears when its turn does not come.
inline constexpr const char* no_turn = "no turn for a password check within pgsql-hash-timeout";

} // namespace pgsql::slapd
