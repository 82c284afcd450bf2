// directives.hpp: the directives of one database, as slapd.conf or cn=config gives them.
#pragma once

#include <array>
#include <cstdlib>
#include <string>
#include <vector>

namespace pgsql::slapd {

/// The directives as they were given: texts, as cn=config shows them. Those not given have no
/// value.
struct directives {
    enum name : int {
        uri,
        kind,
        list,
        lookup,
        values_of,
        attribute,
        private_groups,
        anonymous_search,
        anonymous_share,
        timeout,
        connect_timeout,
        pool,
        session_lifetime,
        session_idle,
        prepare,
        reads,
        withdraw,
        auth_backends,
        push_uri,
        push_ca,
        push_timeout,
        push_window,
        push_pending,
        push_per_user,
        gate,
        hide_gated,
        hash_threads,
        hash_memory,
        hash_timeout,
        remember_binds,
        password_change,
        password_hash,
        cache,
        cache_ttl,
        cache_notify,
        stale,
        stale_binds,
        cork,
        count
    };
    std::array<std::vector<std::string>, count> values;

    [[nodiscard]] std::string text(name which) const
    {
        return values[which].empty() ? "" : values[which][0];
    }
    [[nodiscard]] bool flag(name which, bool otherwise) const
    {
        return values[which].empty() ? otherwise : values[which][0] == "TRUE";
    }
    [[nodiscard]] double number(name which, double otherwise) const
    {
        return values[which].empty() ? otherwise : std::strtod(values[which][0].c_str(), nullptr);
    }
};

} // namespace pgsql::slapd
