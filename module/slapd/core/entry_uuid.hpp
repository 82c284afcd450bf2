// entry_uuid.hpp: makes the entryUUID of an entry whose row has none of its own.
#pragma once

#include <string>
#include <string_view>

namespace pgsql::slapd {

/// A UUID of version 5 (RFC 9562 §5.5) of the suffix, the kind and the name in it, all normalised:
/// the same on every server and after every start, another one for a renamed entry.
[[nodiscard]] std::string entry_uuid(std::string_view suffix, std::string_view kind,
                                     std::string_view name);

} // namespace pgsql::slapd
