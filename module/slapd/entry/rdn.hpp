// rdn.hpp: writes the RDNs of entries.
#pragma once

#include "slapd/core/schema.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace pgsql::slapd {

/// An RDN as slapd writes it.
struct rdn {
    std::string pretty;
    std::string normalized;
};

/// The RDN of the attribute with the value; nothing if the value is invalid.
[[nodiscard]] std::optional<rdn> make_rdn(const attribute_type& type, std::string_view value);

} // namespace pgsql::slapd
