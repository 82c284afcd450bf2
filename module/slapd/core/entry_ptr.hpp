// entry_ptr.hpp: an owning pointer to a slapd Entry.
#pragma once

#include "slapd/core/slapd.hpp"
#include <memory>

namespace pgsql::slapd {

/// Frees an entry that slapd has allocated.
struct entry_delete {
    void operator()(Entry* e) const noexcept { entry_free(e); }
};
using entry_ptr = std::unique_ptr<Entry, entry_delete>;

} // namespace pgsql::slapd
