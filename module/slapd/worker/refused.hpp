// refused.hpp: why an operation is refused: its result code and text.
#pragma once

#include "slapd/core/slapd.hpp"

#include <string>
#include <utility>

namespace pgsql::slapd {

/// Thrown instead of a result. Not an error of the server.
struct operation_refused {
    explicit operation_refused(int result, std::string why = {}, std::string above = {})
        : code(result), text(std::move(why)), matched(std::move(above))
    {}

    int code;
    std::string text;    ///< for the client; may be empty
    std::string matched; ///< the matchedDN; may be empty
};

/// The text in memory that lasts as long as the operation, or null: callers of slapd's functions
/// read it after the result was sent (passwd.c, passwd_extop).
[[nodiscard]] inline const char* text_of_refusal(Operation& op, const operation_refused& why)
{
    return why.text.empty() ? nullptr : ber_strdup_x(why.text.c_str(), op.o_tmpmemctx);
}

} // namespace pgsql::slapd
