// password_modify.hpp: the modification that a Password Modify request (RFC 3062) becomes.
#pragma once

#include "slapd/serving/service.hpp"

namespace pgsql::slapd {

/// Attached to an operation whose modification is a password change by RFC 3062.
struct password_request {
    OpExtra link; ///< the first member: slapd's lists point to it
    const berval* old_password;
    const berval* new_password;
};

/// The request that the operation's modification belongs to; null: none.
[[nodiscard]] password_request* password_request_of(const Operation& op);

/// Changes a password by pgsql-password-change and sends the result.
[[nodiscard]] int modify_password(Operation& op, SlapReply& rs, service& service,
                                  const password_request& request);

} // namespace pgsql::slapd
