// new_hash.hpp: verifies an old password and makes the hash of a new one, for operations that
// change passwords.
#pragma once

#include "slapd/auth/password_verifier.hpp"

#include "auth/password_hash.hpp"

namespace pgsql::slapd {

/// Verifies the password against a stored hash; null: there is none. Waits for its turn.
[[nodiscard]] auth::verification verify_old_password(Operation& op, service& service,
                                                     const auth::password_hash* hash,
                                                     const berval& password);

/// The hash of a new password, as pgsql-password-hash says. Waits for its turn. Throws
/// operation_refused (busy) if that did not come in time, and config_error if the database is
/// closed.
[[nodiscard]] auth::secret hash_new_password(Operation& op, service& service,
                                             const berval& password);

/// Removes a hash from a message of PostgreSQL for the log; null: none.
void erase_hash(std::string& message, const std::string* hash);

/// Lets the client's address wait longer for its turns, as after a failed login.
void note_wrong_password(Operation& op);

} // namespace pgsql::slapd
