// name_spellings.cpp: the spellings in which DNs may name entries.
#include "slapd/serving/name_spellings.hpp"

#include "postgres/connection.hpp"
#include "slapd/serving/container_entries.hpp"

namespace pgsql::slapd {

using directory::column_type;

namespace {

// How the attribute may be spelled in a DN, as a regular expression.
std::string spellings(const std::string& attribute)
{
    std::string error;
    const AttributeDescription* ad = find_attribute(attribute, error);
    std::string out = ad == nullptr ? attribute : ad->ad_type->sat_oid;
    if (ad != nullptr)
        for (char** name = ad->ad_type->sat_names; name != nullptr && *name != nullptr; ++name)
            out += std::string("|") + *name;
    for (std::size_t at = 0; (at = out.find('.', at)) != std::string::npos; at += 2)
        out.replace(at, 1, "\\.");
    return "(?:" + out + ")";
}

// How a character of a DN's value may be spelled: as itself, escaped, or as the byte's code.
std::string spellings(char c)
{
    const auto byte = static_cast<unsigned char>(c);
    const bool letter = std::isalpha(byte) != 0;
    if (byte < ' ' || byte > '~')
        return {c};
    constexpr const char* digit = "0123456789abcdef";
    const auto code = [&](int of) {
        return std::string(R"(|\\)") + digit[of >> 4] + digit[of & 15];
    };
    if (letter)
        return std::string("(?:") + c + code(std::tolower(byte)) + code(std::toupper(byte)) + ")";
    const std::string itself = std::isdigit(byte) != 0 ? std::string{c} : std::string{'\\', c};
    return "(?:" + itself + R"(|\\)" + itself + code(byte) + ")" + (c == ' ' ? "+" : "");
}

// The same for the DN above entries, from its normalized form.
std::string spellings_above(std::string_view ndn)
{
    std::string out;
    for (std::string_view left = ndn; !left.empty(); left = directory::parent_of(left)) {
        const std::string_view rdn = directory::rdn_of(left);
        const auto equals = rdn.find('=');
        out += R"(\s*[,;]\s*)" + spellings(std::string(rdn.substr(0, equals))) + R"(\s*=\s*"?)";
        const std::string value = directory::unescape_value(rdn.substr(equals + 1)).value_or("");
        for (const char c : value)
            out += spellings(c);
        out += "\"?";
    }
    return out;
}

} // namespace

directory::name_syntax name_syntax_of(const resolved_mapping& mapping,
                                      const directory::dn_tree& tree, postgres::connection& session,
                                      const postgres::wait_options& options)
{
    directory::name_syntax out;
    const auto& suffix = tree.entries().front();
    for (const auto& k : mapping.map.kinds) {
        const auto& rdn = mapping.map.attributes[k.rdn().attribute];
        // Rows may place entries anywhere below the suffix.
        constexpr const char* any_rdns = R"re((?:\s*[,;](?:[^,;"\\]|\\.|"(?:[^"\\]|\\.)*")*)*)re";
        out.patterns.push_back(
            {spellings(rdn.name),
             k.parent_kind
                 ? any_rdns + spellings_above(suffix.ndn)
                 : spellings_above(k.container_dn.empty()
                                       ? suffix.ndn
                                       : normalized_dn(k.container_dn + "," + suffix.dn))});
        const directory::column* name = k.find_column(k.rdn().column);
        if (name == nullptr || name->type != column_type::citext)
            continue;
        postgres::statement ask;
        ask.text = "SELECT pg_catalog.format_type(" + ask.bind(std::to_string(name->type_oid)) +
                   "::oid, NULL)";
        out.types[name->type_oid] = session.run(ask, options).value(0, 0).value_or("citext");
    }
    out.is_dn = [&mapping](directory::attribute_id attribute) {
        constexpr std::string_view name_and_uid = "1.3.6.1.4.1.1466.115.121.1.34"; // RFC 4517
        const auto& type = mapping.types[attribute];
        const Syntax* syntax = type.description->ad_type->sat_syntax;
        return syntax == slap_schema.si_syn_distinguishedName || syntax->ssyn_oid == name_and_uid;
    };
    return out;
}

} // namespace pgsql::slapd
