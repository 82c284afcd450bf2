// pepper.hpp: the secret that an application adds to each password before it is hashed.
#pragma once

#include "base/secret.hpp"

#include <memory>
#include <string>

namespace pgsql::slapd {

/// The content of the file without the line end; null for an empty path. Throws config_error if it
/// cannot be read, if other users could read or change it, or if its content cannot be a pepper.
[[nodiscard]] std::shared_ptr<const auth::secret> read_pepper(const std::string& path);

} // namespace pgsql::slapd
