// copy_order.hpp: the order in which a replica gets entries: those that others are below come
// first.
//
// A consumer makes up an entry that is missing above another one, and can rename none to it then.
#pragma once

#include "slapd/core/slapd.hpp"
#include "slapd/serving/resolved_mapping.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace pgsql::slapd {

class copy_order {
public:
    /// Puts the indices of kinds with children first.
    static void sort(std::vector<std::size_t>& kinds, const resolved_mapping& mapping)
    {
        std::stable_partition(kinds.begin(), kinds.end(),
                              [&](std::size_t i) { return mapping.map.kinds[i].has_children; });
    }
    void add(const Entry& parent) { parents_.emplace_back(entry_dup(const_cast<Entry*>(&parent))); }
    /// Those that were added, since the last call: of all kinds, whose names tell nothing of their
    /// positions.
    [[nodiscard]] std::vector<entry_ptr> take()
    {
        const auto depth = [](const entry_ptr& e) {
            const auto ndn = to_string_view(e->e_nname);
            return std::count(ndn.begin(), ndn.end(), ',');
        };
        std::stable_sort(parents_.begin(), parents_.end(),
                         [&](const auto& a, const auto& b) { return depth(a) < depth(b); });
        return std::exchange(parents_, {});
    }

private:
    std::vector<entry_ptr> parents_;
};

} // namespace pgsql::slapd
