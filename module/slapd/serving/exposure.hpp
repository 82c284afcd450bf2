// exposure.hpp: finds the attributes that would show password hashes.
#pragma once

#include "mapping/mapping.hpp"
#include "postgres/connection.hpp"

#include <map>
#include <string>
#include <vector>

namespace pgsql::slapd {

struct exposure {
    std::map<std::size_t, std::string> problems; ///< by the number of the kind
    std::vector<std::string> remarks;            ///< what may be one
};

/// Looks for shown columns that are, or are computed from, the column of a table that a kind reads
/// its password hashes from, and for lookups that compare their parameter with it.
[[nodiscard]] exposure find_exposure(const directory::mapping& in, postgres::connection& session,
                                     const postgres::wait_options& options);

} // namespace pgsql::slapd
