// container_entries.hpp: builds the container entries, which exist without a row.
#pragma once

#include "mapping/dn_tree.hpp"
#include "mapping/settings.hpp"
#include "slapd/core/entry_ptr.hpp"

namespace pgsql::slapd {

/// The suffix and the entries between it and the entries of kinds.
struct container_entries {
    directory::dn_tree tree;
    directory::id_vector<entry_ptr, directory::container> entries;
};

/// Builds the entries. Throws config_error if no object class fits the RDN of an entry.
[[nodiscard]] container_entries
make_fixed_entries(const BackendDB& be, const std::vector<directory::kind_setting>& kinds,
                   std::string_view domain);

[[nodiscard]] entry_ptr new_entry();
/// Adds objectClass and structuralObjectClass to an entry; throws config_error if the classes
/// cannot be combined.
void add_classes(Entry& to, const std::vector<std::string>& classes);
/// The DN as slapd normalizes it; throws config_error if the text is not a DN.
[[nodiscard]] std::string normalized_dn(const std::string& dn);

} // namespace pgsql::slapd
