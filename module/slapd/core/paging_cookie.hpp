// paging_cookie.hpp: turns the place where a page of a search ends into a cookie that nobody else
// can make, and back.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace pgsql::slapd {

/// How far a paged search (RFC 2696) has come. Nothing of it is kept between two pages: whichever
/// server has the same configuration can continue.
struct page_position {
    std::uint16_t kind_index = 0;   ///< 0: the entries without a row; n: the n-th kind
    bool groups_found = false;      ///< the groups had what their private ones could have answered
    bool private_included = false;  ///< the groups' statement has found the private ones as well
    std::uint32_t entries_sent = 0; ///< entries on the pages so far
    std::string key;                ///< what names the last entry sent; empty: none of this stage
};

/// The cookie of a position, bound to `request` and to nobody knowing `secret` but us.
[[nodiscard]] std::string encode_cookie(const page_position& position, std::string_view secret,
                                        std::string_view request);

/// The position, unless the cookie was cut, changed or made for another request or by another
/// configuration.
[[nodiscard]] std::optional<page_position>
decode_cookie(std::string_view cookie, std::string_view secret, std::string_view request);

/// SHA-256 of a text.
[[nodiscard]] std::string digest(std::string_view text);

} // namespace pgsql::slapd
