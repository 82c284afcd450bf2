// entry_uuid.hpp: generates the entryUUID of an entry whose row has none.
#pragma once

#include <string>
#include <string_view>

namespace pgsql::slapd {

/// A version 5 UUID (RFC 9562 §5.5) of the normalized suffix, kind and name: the same on every
/// server and after every restart, different for a renamed entry.
[[nodiscard]] std::string entry_uuid(std::string_view suffix, std::string_view kind,
                                     std::string_view name);

} // namespace pgsql::slapd
