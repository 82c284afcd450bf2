// container_entries.cpp: builds the container entries, which exist without a row.
#include "slapd/serving/container_entries.hpp"

#include "slapd/core/entry_uuid.hpp"

#include <algorithm>

namespace pgsql::slapd {
namespace {

void add_value(Entry& to, AttributeDescription* description, std::string_view value)
{
    const std::string owned(value); // NUL-terminated
    berval bv = to_berval(owned);
    if (attr_merge_normalize_one(&to, description, &bv, nullptr) != LDAP_SUCCESS)
        throw config_error("the value \"" + owned + "\" breaks the syntax of " +
                           std::string(to_string_view(description->ad_cname)));
}

struct class_for {
    std::string_view attribute;
    std::vector<std::string> classes;
};

// The object classes of a container entry, by the attribute of its RDN.
std::vector<class_for> fixed_classes()
{
    return {{"dc", {"top", "dcObject", "organization"}},
            {"o", {"top", "organization"}},
            {"ou", {"top", "organizationalUnit"}},
            {"c", {"top", "country"}},
            {"l", {"top", "locality"}},
            {"cn", {"top", "organizationalRole"}}};
}

} // namespace

entry_ptr new_entry() { return entry_ptr(entry_alloc()); }

void add_classes(Entry& to, const std::vector<std::string>& classes)
{
    for (const auto& name : classes)
        add_value(to, slap_schema.si_ad_objectClass, name);
    ObjectClass* structural = nullptr;
    const char* text = nullptr;
    char buffer[SLAP_TEXT_BUFLEN] = "";
    const Attribute* a = attr_find(to.e_attrs, slap_schema.si_ad_objectClass);
    if (structural_class(a->a_vals, &structural, nullptr, &text, buffer, sizeof buffer, nullptr) !=
        LDAP_SUCCESS)
        throw config_error("object classes cannot be combined: " +
                           std::string(text != nullptr ? text : buffer));
    add_value(to, slap_schema.si_ad_structuralObjectClass, to_string_view(structural->soc_cname));
}

std::string normalized_dn(const std::string& dn)
{
    berval in = to_berval(dn);
    berval out{};
    if (dnNormalize(0, nullptr, nullptr, &in, &out, nullptr) != LDAP_SUCCESS)
        throw config_error("\"" + dn + "\" is not a DN");
    std::string text(to_string_view(out));
    ch_free(out.bv_val);
    return text;
}

container_entries make_fixed_entries(const BackendDB& be,
                                     const std::vector<directory::kind_setting>& kinds,
                                     std::string_view domain)
{
    const std::string suffix_ndn(to_string_view(be.be_nsuffix[0]));
    container_entries out;
    directory::id_vector<directory::container> entries;
    entries.push_back({std::string(to_string_view(be.be_suffix[0])), suffix_ndn, {}});
    for (const auto& k : kinds) {
        // ou=people,ou=accounts: both exist, the upper one first
        std::vector<std::string> levels;
        for (std::string_view left = k.container_dn; !left.empty();
             left = directory::parent_of(left))
            levels.insert(levels.begin(), std::string(directory::rdn_of(left)));
        std::string dn = entries.front().dn;
        directory::container_id parent = directory::suffix_container;
        for (const auto& rdn : levels) {
            dn = rdn + "," + dn;
            const std::string ndn = normalized_dn(dn);
            const auto known = entries.find([&](const auto& e) { return e.ndn == ndn; });
            if (!known)
                entries.push_back({dn, ndn, parent});
            parent = known ? known : entries.id_of(entries.back());
        }
    }
    out.tree = directory::dn_tree(std::move(entries));
    for (const auto& at : out.tree.entries()) {
        const directory::dn_location rdn =
            directory::dn_tree({{"", std::string(directory::parent_of(at.ndn)), {}}})
                .locate(at.ndn);
        const auto known = fixed_classes();
        const auto found = std::find_if(known.begin(), known.end(), [&](const auto& k) {
            return k.attribute == rdn.attribute;
        });
        if (found == known.end())
            throw config_error(
                "cannot create container entry " + at.dn +
                ": the RDN type of the suffix and of container= must be dc, o, ou, c, l or cn");
        entry_ptr e = new_entry();
        const berval dn = to_berval(at.dn);
        const berval ndn = to_berval(at.ndn);
        ber_dupbv(&e->e_name, const_cast<berval*>(&dn));
        ber_dupbv(&e->e_nname, const_cast<berval*>(&ndn));
        add_classes(*e, found->classes);
        // The value as the administrator wrote it, not the normalized one.
        const auto pretty =
            directory::dn_tree({{"", std::string(directory::parent_of(at.dn)), {}}}).locate(at.dn);
        std::string error;
        add_value(*e, find_attribute(rdn.attribute, error), pretty.value);
        if (rdn.attribute == "dc")
            add_value(*e, find_attribute("o", error), domain);
        add_value(*e, slap_schema.si_ad_entryUUID, entry_uuid(suffix_ndn, "", at.ndn));
        out.entries.push_back(std::move(e));
    }
    return out;
}

} // namespace pgsql::slapd
