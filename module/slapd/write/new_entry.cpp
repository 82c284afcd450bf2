// new_entry.cpp: what a request to add an entry says about its row.
#include "slapd/write/new_entry.hpp"

#include "slapd/worker/refused.hpp"
#include "slapd/write/schema_check.hpp"

#include "base/ascii.hpp"

namespace pgsql::slapd {
namespace {

bool has_class(const Entry& e, const std::string& name)
{
    const Attribute* const classes = attr_find(e.e_attrs, slap_schema.si_ad_objectClass);
    for (unsigned i = 0; classes != nullptr && i < classes->a_numvals; ++i)
        if (closure({std::string(to_string_view(classes->a_vals[i]))}).contains(name))
            return true;
    return false;
}

// A client that has to send some number asks by the magic one for a number of the database.
void drop_magic_numbers(const directory::kind& kind, const resolved_mapping& mapping, Entry& e)
{
    const std::string& magic = kind.writes->magic_number;
    for (const directory::attribute_source& source : kind.sources) {
        AttributeDescription* const ad = mapping.types[source.attribute].description;
        const Attribute* const given = attr_find(e.e_attrs, ad);
        if (!magic.empty() && given != nullptr && given->a_numvals == 1 &&
            to_string_view(given->a_vals[0]) == magic && kind.writes->supplies(source.column))
            attr_delete(&e.e_attrs, ad);
    }
}

} // namespace

const directory::kind* kind_of_new_entry(directory_tree& tree, const resolved_mapping& mapping,
                                         const Entry& e)
{
    const auto place = tree.locate_row(to_string_view(e.e_nname));
    if (!place.parent)
        return nullptr;
    const directory::place above = tree.place_of(place.parent);
    const directory::kind* out = nullptr;
    std::size_t most = 0;
    for (const directory::kind& k : mapping.map.kinds) {
        if (!k.writes || !k.writes->allows(directory::write_operation::add) ||
            !k.may_be_below(above) ||
            !same_ignoring_case(mapping.map.attributes[k.rdn().attribute].name, place.attribute))
            continue;
        std::size_t shared = 1;
        for (const std::string& one : k.all_classes)
            shared += has_class(e, one) ? 1 : 0;
        // Of two kinds the one whose classes it lacks fewer of.
        if (shared > most ||
            (shared == most && out != nullptr && k.all_classes.size() < out->all_classes.size())) {
            most = shared;
            out = &k;
        }
    }
    return out;
}

void prepare_new_entry(Operation& op, const resolved_mapping& mapping, const directory::kind* kind,
                       Entry& e)
{
    if (kind == nullptr)
        return check_new_entry(op, e);
    drop_magic_numbers(*kind, mapping, e);
    check_schema(op, mapping, *kind, e, nullptr);
}

requested_password password_of(const Entry& e)
{
    requested_password out;
    for (const Attribute* a = e.e_attrs; a != nullptr; a = a->a_next) {
        if (!is_password(*a->a_desc))
            continue;
        if (a->a_desc != slap_schema.si_ad_userPassword)
            throw operation_refused(LDAP_UNWILLING_TO_PERFORM,
                                    "userPassword is stored without options");
        if (a->a_numvals > 1)
            throw operation_refused(LDAP_CONSTRAINT_VIOLATION,
                                    "userPassword: the database stores one value");
        out = {.present = true, .value = &a->a_vals[0]};
    }
    return out;
}

} // namespace pgsql::slapd
