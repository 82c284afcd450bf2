// new_password.hpp: the password that a request to add or modify an entry sets.
#pragma once

#include "slapd/write/entry_row.hpp"
#include "write/change_set.hpp"

namespace pgsql::slapd {

/// The values of userPassword in a request.
struct requested_password {
    bool present = false;               ///< whether the request is about the password at all
    const berval* value = nullptr;      ///< to be stored; null: the password is removed
    const berval* old_value = nullptr;  ///< must be the present one; null: not asked for
    bool by_extended_operation = false; ///< RFC 3062, which has other results
};

/// Throws operation_refused if the modifications set several values or have options.
[[nodiscard]] requested_password password_in(const Modifications* mods);

/// Overwrites the passwords, once they are hashed: overlays such as accesslog keep the request.
void hide_passwords(Modifications* mods);
void hide_passwords(Entry& e);

/// The form in which the password is stored: a hash. Hashing takes time, so it is done before a
/// transaction begins. A value that is a hash already is stored for the rootdn only, if logins
/// could verify it. Verifies the old value, if one is required. Throws operation_refused.
class new_password {
public:
    /// `requested` must be present. `row`: the entry; null for a new one.
    new_password(Operation& op, service& service, const requested_password& requested,
                 const entry_row* row);

    /// Adds it to the change of the row as it is now. Returns false if the stored hash is no longer
    /// the one that was verified.
    [[nodiscard]] bool add_to(directory::change_set& change, const entry_row* row) const;

private:
    bool removed_;
    std::optional<auth::secret> verified_; ///< the stored hash that the old value matched
    auth::secret hash_;
};

} // namespace pgsql::slapd
