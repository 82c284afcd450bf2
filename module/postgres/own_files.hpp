// own_files.hpp: where libpq looks for the files of the user that this process has become.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace pgsql::postgres {

/// Connection options, by keyword.
using options = std::vector<std::pair<const char*, std::string>>;

/// libpq looks for certificates and passwords below HOME. Started by root, slapd has become another
/// user, who may not read root's: then libpq either connects without TLS or not at all. Setting
/// HOME would be a race with other threads. So these options name the files in the user's own home
/// directory, if HOME is that of somebody else. They are defaults: put them before those of the
/// URI.
[[nodiscard]] options own_files(const std::string& uri);

} // namespace pgsql::postgres
