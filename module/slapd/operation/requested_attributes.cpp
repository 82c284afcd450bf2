// requested_attributes.cpp: the attributes that a search needs of its entries.
#include "slapd/operation/requested_attributes.hpp"

#include "slapd/entry/acl_attributes.hpp"
#include "slapd/serving/overlays.hpp"

namespace pgsql::slapd {

void add_requested(const Operation& op, const resolved_mapping& mapping,
                   directory::selection& selection)
{
    // ACLs may read any attribute as well.
    selection.all_operational = selection.all_user || are_entries_read(op) || get_assert(&op) ||
                                acls_read_other_attributes(op);
    selection.all_user = selection.all_operational || op.ors_attrs == nullptr;
    if (selection.all_user)
        return;
    for (const AttributeName* a = op.ors_attrs; !BER_BVISNULL(&a->an_name); ++a) {
        if (a->an_desc == nullptr) {
            // *, + and @class; 1.1 and unknown names select nothing
            const auto name = to_string_view(a->an_name);
            selection.all_operational = selection.all_operational || name == "+" ||
                                        name.starts_with('@') || name.starts_with('!');
            selection.all_user = selection.all_user || selection.all_operational || name == "*";
            continue;
        }
        for (std::size_t i = 0; i < mapping.types.size(); ++i)
            if (mapping.types[i].description == a->an_desc ||
                is_ad_subtype(mapping.types[i].description, a->an_desc)) {
                selection.attributes.emplace_back(i);
                selection.fetched.emplace_back(i);
            }
    }
}

} // namespace pgsql::slapd
