// user_files.hpp: the certificates and password files of the user that slapd runs as, for libpq.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace pgsql::postgres {

/// Default connection options, by keyword.
using file_defaults = std::vector<std::pair<const char*, std::string>>;

/// libpq looks for certificates and passwords below HOME. If root starts slapd, slapd switches to
/// another user, who may not read root's files: then libpq connects without TLS or not at all.
/// Setting HOME would be a race with other threads. So these options name the files in the home
/// directory of the current user, if HOME is that of another user. They are defaults: pass them
/// before the options of the URI.
[[nodiscard]] file_defaults user_files(const std::string& uri);

} // namespace pgsql::postgres
