// own_files.hpp: where libpq looks for the files of the user that this process has become.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace pgsql::postgres {

/// Connection file_defaults, by keyword.
using file_defaults = std::vector<std::pair<const char*, std::string>>;

/// libpq looks for certificates and passwords below HOME. Started by root, slapd has become another
/// user, who may not read root's: then libpq either connects without TLS or not at all. Setting
/// HOME would be a race with other threads. So these file_defaults name the files in the user's own
/// home directory, if HOME is that of somebody else. They are defaults: put them before those of
/// the URI.
[[nodiscard]] file_defaults own_files(const std::string& uri);

} // namespace pgsql::postgres
