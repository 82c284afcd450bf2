// container_entries.hpp: turns the suffix and the places of kinds into the entries that no row
// gives.
#pragma once

#include "mapping/dn_tree.hpp"
#include "mapping/settings.hpp"
#include "slapd/core/entry_ptr.hpp"

namespace pgsql::slapd {

/// The suffix, and what lies between it and the entries of kinds.
struct container_entries {
    directory::dn_tree tree;
    std::vector<entry_ptr> entries; ///< parallel to where.entries()
};

/// Makes them up. Throws unusable where slapd has no class for an entry of that name.
[[nodiscard]] container_entries
make_fixed_entries(const BackendDB& be, const std::vector<directory::kind_setting>& kinds,
                   std::string_view domain);

[[nodiscard]] entry_ptr new_entry();
/// Gives an entry its objectClass and structuralObjectClass; throws unusable if they cannot go
/// together.
void add_classes(Entry& to, const std::vector<std::string>& classes);
/// A DN after slapd's normalisation; throws unusable if it is none.
[[nodiscard]] std::string normalised(const std::string& dn);

} // namespace pgsql::slapd
