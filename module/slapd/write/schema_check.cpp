// schema_check.cpp: checks entries that clients write against slapd's schema.
#include "slapd/write/schema_check.hpp"

#include "slapd/worker/refused.hpp"

namespace pgsql::slapd {

namespace {

void check(Operation& op, Entry& e, Attribute* before)
{
    std::array<char, SLAP_TEXT_BUFLEN> buffer{};
    const char* text = nullptr;
    Attribute* structural = nullptr;
    e.e_ocflags = 0;
    const bool added = before == nullptr;
    const int code =
        entry_schema_check(&op, &e, before, get_relax(&op), added ? 1 : 0,
                           added ? nullptr : &structural, &text, buffer.data(), buffer.size());
    if (code != LDAP_SUCCESS)
        throw operation_refused(code, text != nullptr ? text : "");
}

bool is_supplied(const directory::kind& kind, const directory::attribute_source& source, bool added)
{
    return !source.defaults.empty() || (added && kind.writes->supplies(source.column));
}

} // namespace

void check_schema(Operation& op, const resolved_mapping& mapping, const directory::kind& kind,
                  Entry& e, Attribute* before)
{
    std::vector<std::string> classes;
    const Attribute* const named = attr_find(e.e_attrs, slap_schema.si_ad_objectClass);
    for (unsigned i = 0; named != nullptr && i < named->a_numvals; ++i)
        classes.emplace_back(to_string_view(named->a_vals[i]));
    const auto required = required_by(classes);
    std::vector<AttributeDescription*> added;
    for (const directory::attribute_source& source : kind.sources) {
        AttributeDescription* const ad = mapping.types[source.attribute].description;
        if (source.attribute == kind.rdn().attribute || !required.contains(ad->ad_type) ||
            attr_find(e.e_attrs, ad) != nullptr || !is_supplied(kind, source, before == nullptr))
            continue;
        berval some = to_berval("0"); // the check does not look at the syntax
        attr_merge_one(&e, ad, &some, &some);
        added.push_back(ad);
    }
    check(op, e, before);
    for (AttributeDescription* const ad : added)
        attr_delete(&e.e_attrs, ad);
}

void check_new_entry(Operation& op, Entry& e) { check(op, e, nullptr); }

} // namespace pgsql::slapd
