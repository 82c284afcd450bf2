// search_result.hpp: ends a search with a result.
#pragma once

#include "slapd/core/slapd.hpp"

#include <optional>

namespace pgsql::slapd {

/// The code of the result that has ended a search; nothing while the search continues.
using search_end = std::optional<int>;

/// Sends the result of a search and returns its code.
inline int send_search_result(Operation& op, SlapReply& rs, int code, const char* text = nullptr)
{
    rs.sr_err = code;
    rs.sr_text = text;
    if (code == LDAP_SUCCESS || code == LDAP_SIZELIMIT_EXCEEDED || code == LDAP_TIMELIMIT_EXCEEDED)
        rs.sr_ref = rs.sr_v2ref;
    send_ldap_result(&op, &rs);
    rs.sr_ref = nullptr;
    rs.sr_text = nullptr;
    return code;
}

} // namespace pgsql::slapd
