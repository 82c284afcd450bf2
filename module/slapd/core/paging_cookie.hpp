// paging_cookie.hpp: encodes the position of a paged search in an authenticated cookie.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace pgsql::slapd {

/// The position of a paged search (RFC 2696). The server stores nothing between pages: any server
/// with the same configuration can continue the search.
struct page_position {
    std::uint16_t kind_index = 0;   ///< 0: the containers; n: the n-th kind
    bool groups_found = false;      ///< a stored group makes private groups unnecessary
    bool private_included = false;  ///< the groups' statement also returned private groups
    std::uint32_t entries_sent = 0; ///< entries on all pages so far
    std::string key;                ///< key of the last entry sent; empty: none of this kind yet
};

/// The cookie of a position, bound to `request` and authenticated with `secret`.
[[nodiscard]] std::string encode_cookie(const page_position& position, std::string_view secret,
                                        std::string_view request);

/// The position; nothing if the cookie was truncated, modified, or created for another request or
/// configuration.
[[nodiscard]] std::optional<page_position>
decode_cookie(std::string_view cookie, std::string_view secret, std::string_view request);

/// SHA-256 of a text.
[[nodiscard]] std::string digest(std::string_view text);

} // namespace pgsql::slapd
