// exposure.hpp: finds attributes that would expose password hashes.
#pragma once

#include "mapping/mapping.hpp"
#include "postgres/connection.hpp"

#include <map>
#include <string>
#include <vector>

namespace pgsql::slapd {

struct exposure {
    std::map<std::size_t, std::string> problems; ///< by the index of the kind
    std::vector<std::string> remarks;            ///< possible exposures
};

/// Finds shown columns that are, or are computed from, the table column that holds a kind's
/// password hashes, and lookups that compare their parameter with that column.
[[nodiscard]] exposure find_exposure(const directory::mapping& in, postgres::connection& session,
                                     const postgres::wait_options& options);

} // namespace pgsql::slapd
