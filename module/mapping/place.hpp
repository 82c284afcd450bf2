// place.hpp: what an entry is immediately below.
#pragma once

#include "mapping/element_id.hpp"

#include <string>

namespace pgsql::directory {

/// What entries are immediately below: a container that exists without a row, or the row of a kind.
struct place {
    container_id fixed; ///< none: below a row
    kind_id kind = {};
    std::string key = {}; ///< of the row

    [[nodiscard]] explicit operator bool() const noexcept { return fixed || kind; }
    [[nodiscard]] bool operator==(const place&) const = default;
};

} // namespace pgsql::directory
