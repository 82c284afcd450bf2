// schema.cpp: reads attribute types, matching rules and object classes from slapd's schema.
#include "slapd/core/schema.hpp"

#include <algorithm>

namespace pgsql::slapd {
namespace {

bool is_rule(const MatchingRule* rule, std::string_view oid)
{
    return rule != nullptr && rule->smr_oid != nullptr && oid == rule->smr_oid;
}

void add_with_superiors(const ObjectClass* oc, std::set<std::string>& out)
{
    out.insert(to_lower(to_string_view(oc->soc_cname)));
    if (oc->soc_sups != nullptr)
        for (ObjectClass** sup = oc->soc_sups; *sup != nullptr; ++sup)
            add_with_superiors(*sup, out);
}

} // namespace

std::string to_lower(std::string_view text)
{
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return out;
}

bool rfc2307bis()
{
    const ObjectClass* group = oc_find("posixGroup");
    return group != nullptr && group->soc_kind == LDAP_SCHEMA_AUXILIARY &&
           oc_find("groupOfNames") != nullptr;
}

AttributeDescription* find_attribute(const std::string& name, std::string& error)
{
    AttributeDescription* found = nullptr;
    const char* text = nullptr;
    berval bv = to_berval(name);
    if (slap_bv2ad(&bv, &found, &text) != LDAP_SUCCESS) {
        error = text != nullptr ? text : "unknown attribute type";
        return nullptr;
    }
    // Certificates and similar values are transferred with ;binary only (RFC 4523 §2.1).
    if (slap_syntax_is_binary(found->ad_type->sat_syntax) != 0 && slap_ad_is_binary(found) == 0)
        return find_attribute(std::string(to_string_view(found->ad_cname)) + ";binary", error);
    return found;
}

bool is_password(const AttributeDescription& ad) noexcept
{
    return is_at_subtype(ad.ad_type, slap_schema.si_ad_userPassword->ad_type) != 0;
}

directory::matching_rule family_of(const MatchingRule* rule)
{
    // RFC 4517: caseIgnoreMatch, caseIgnoreIA5Match; caseExactMatch, caseExactIA5Match;
    // integerMatch
    if (is_rule(rule, "2.5.13.2") || is_rule(rule, "1.3.6.1.4.1.1466.109.114.2"))
        return directory::matching_rule::ignore_case;
    if (is_rule(rule, "2.5.13.5") || is_rule(rule, "1.3.6.1.4.1.1466.109.114.1"))
        return directory::matching_rule::exact_case;
    if (is_rule(rule, "2.5.13.14"))
        return directory::matching_rule::integer;
    if (is_rule(rule, "2.5.13.13"))
        return directory::matching_rule::boolean;
    if (is_rule(rule, "2.5.13.27")) // generalizedTimeMatch
        return directory::matching_rule::time;
    if (is_rule(rule, "1.3.6.1.1.16.2")) // uuidMatch, RFC 4530
        return directory::matching_rule::uuid;
    return directory::matching_rule::other;
}

directory::matching_rule rule_of(const AttributeDescription* description)
{
    return family_of(description->ad_type->sat_equality);
}

attribute_type describe_attribute(AttributeDescription* description)
{
    attribute_type out;
    out.description = description;
    const MatchingRule* rule = description->ad_type->sat_equality;
    out.digits = to_string_view({std::strlen(description->ad_type->sat_syntax->ssyn_oid),
                                 description->ad_type->sat_syntax->ssyn_oid}) ==
                 "1.3.6.1.4.1.1466.115.121.1.27";
    const directory::matching_rule m = rule_of(description);
    if (rule == nullptr || rule->smr_normalize == nullptr)
        out.normalization = attribute_type::normalizer::none;
    else if (m == directory::matching_rule::ignore_case)
        out.normalization = attribute_type::normalizer::fold;
    else if (m == directory::matching_rule::exact_case)
        out.normalization = attribute_type::normalizer::keep;
    return out;
}

bool attribute_type::valid(std::string_view value, bool plain) const
{
    if (plain && (normalization == normalizer::fold || normalization == normalizer::keep))
        return true; // printable ASCII is valid as DirectoryString and IA5String
    Syntax* syntax = description->ad_type->sat_syntax;
    if (syntax->ssyn_validate == nullptr)
        return true;
    berval bv = to_berval(value);
    return syntax->ssyn_validate(syntax, &bv) == LDAP_SUCCESS;
}

std::set<std::string> closure(const std::vector<std::string>& classes)
{
    std::set<std::string> out;
    for (const auto& name : classes) {
        const ObjectClass* oc = oc_find(name.c_str());
        if (oc == nullptr)
            throw std::invalid_argument("slapd's schema has no object class \"" + name +
                                        "\"; include the schema file that defines it");
        add_with_superiors(oc, out);
    }
    return out;
}

std::set<const AttributeType*> required_by(const std::vector<std::string>& classes)
{
    std::set<const AttributeType*> out;
    for (const auto& name : closure(classes))
        if (const ObjectClass* oc = oc_find(name.c_str()); oc != nullptr)
            for (AttributeType** one = oc->soc_required; one != nullptr && *one != nullptr; ++one)
                out.insert(*one);
    return out;
}

bool allows(const std::vector<std::string>& classes, const AttributeDescription& attribute)
{
    if (is_at_operational(attribute.ad_type) != 0)
        return true;
    const auto has = [&](AttributeType** types) {
        for (; types != nullptr && *types != nullptr; ++types)
            if (*types == attribute.ad_type)
                return true;
        return false;
    };
    for (const auto& name : closure(classes)) {
        const ObjectClass* oc = oc_find(name.c_str());
        if (oc == nullptr || oc == slap_schema.si_oc_extensibleObject || has(oc->soc_required) ||
            has(oc->soc_allowed))
            return true;
    }
    return false;
}

} // namespace pgsql::slapd
