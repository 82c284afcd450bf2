// rdn.cpp: writes the RDNs of entries.
#include "slapd/entry/rdn.hpp"

#include "mapping/dn_tree.hpp"

namespace pgsql::slapd {

using normalizer = attribute_type::normalizer;

std::optional<rdn> make_rdn(const attribute_type& type, std::string_view value)
{
    const std::string head = std::string(to_string_view(type.description->ad_cname)) + '=';
    if (directory::needs_no_escaping(value) && type.normalization != normalizer::slapds)
        return rdn{
            head + std::string(value),
            head + (type.normalization == normalizer::fold ? to_lower(value) : std::string(value))};
    const std::string text = head + directory::escape_value(value);
    berval in = to_berval(text);
    berval pretty{};
    berval normalized{};
    if (dnPrettyNormal(nullptr, &in, &pretty, &normalized, nullptr) != LDAP_SUCCESS)
        return std::nullopt;
    rdn out{std::string(to_string_view(pretty)), std::string(to_string_view(normalized))};
    ch_free(pretty.bv_val);
    ch_free(normalized.bv_val);
    return out;
}

} // namespace pgsql::slapd
