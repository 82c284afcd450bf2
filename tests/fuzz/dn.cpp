// A value that is written into a DN is found again, by the module and by libldap.
#include "mapping/dn_tree.hpp"

#include "fuzz/require.hpp"

#include <ldap.h>

using namespace pgsql::fuzz;
using namespace pgsql::directory;

namespace {

const dn_tree
    entries({{"dc=Example,dc=com", "dc=example,dc=com", {}},
             {"ou=People,dc=Example,dc=com", "ou=people,dc=example,dc=com", suffix_container},
             {"ou=a\\2Cb,dc=Example,dc=com", "ou=a\\2Cb,dc=example,dc=com", suffix_container}});

void require_libldap_reads(const std::string& dn, std::string_view value)
{
    berval text{dn.size(), const_cast<char*>(dn.data())}; // libldap's API lacks const
    LDAPDN parsed = nullptr;
    const int result = ldap_bv2dn(&text, &parsed, LDAP_DN_FORMAT_LDAPV3);
    require(result == LDAP_SUCCESS, "libldap reads the DN", dn);
    const berval& read = parsed[0][0]->la_value;
    require(parsed[0][1] == nullptr && parsed[3] != nullptr && parsed[4] == nullptr,
            "the DN has four RDNs", dn);
    require(std::string_view(read.bv_val, read.bv_len) == value, "libldap reads the value", dn);
    ldap_dnfree(parsed);
}

// Of any text that slapd could call a normalized DN.
void require_consistent(std::string_view dn)
{
    std::string whole(rdn_of(dn));
    if (whole.size() < dn.size())
        whole.append(",").append(parent_of(dn));
    require(whole == dn, "RDN and parent are the whole DN", dn);

    const dn_location found = entries.locate(dn);
    require(!found.container || entries.entries()[found.container].ndn == dn,
            "a fixed entry has the DN", dn);
    if (found.container || !found.parent)
        return;
    const std::string& above = entries.entries()[found.parent].ndn;
    require(parent_of(dn) == above, "the parent is the fixed entry", dn);
    const dn_location again =
        entries.locate(found.attribute + "=" + escape_value(found.value) + "," + above);
    require(again.container || (again.parent == found.parent && again.value == found.value &&
                                again.attribute == found.attribute),
            "another spelling of the DN is the same dn_location", dn);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view input = text_of(data, size);
    const std::string escaped = escape_value(input);
    const std::string& above = entries.entries()[1].ndn;
    const std::string dn = "uid=" + escaped + "," + above;

    const dn_location found = entries.locate(dn);
    require(!found.container && found.parent == container_id(1) && found.attribute == "uid" &&
                found.value == input,
            "the value is found again", dn);
    require(rdn_of(dn) == "uid=" + escaped && parent_of(dn) == above, "the RDN ends", dn);
    if (needs_no_escaping(input))
        require(escaped == input, "a plain value needs no escaping", dn);
    require_libldap_reads(dn, input);

    require_consistent(input);
    require_consistent(std::string(input) + "," + above);
    return 0;
}
