// filter_translator.cpp: translates slapd's filters into filters over the mapping.
#include "slapd/entry/filter_translator.hpp"

#include "query/column_condition.hpp"

#include <algorithm>

namespace pgsql::slapd {
namespace {

using directory::attribute_id;
using directory::filter;
using directory::truth;
using type = filter::node;

class reader {
public:
    reader(directory_tree& tree, const resolved_mapping& mapping, directory::selection& selection)
        : tree_(tree), mapping_(mapping), parts_(selection)
    {}

    filter read(const Filter* f)
    {
        if ((f->f_choice & SLAPD_FILTER_UNDEFINED) != 0)
            return filter::constant_of(
                truth::undefined); // an attribute or value unknown to the schema
        switch (f->f_choice) {
        case SLAPD_FILTER_COMPUTED:
            return filter::constant_of(f->f_result == LDAP_COMPARE_TRUE    ? truth::yes
                                       : f->f_result == LDAP_COMPARE_FALSE ? truth::no
                                                                           : truth::undefined);
        case LDAP_FILTER_AND:
            return filter::combine(type::conjunction, parts(f->f_and));
        case LDAP_FILTER_OR:
            return filter::combine(type::disjunction, parts(f->f_or));
        case LDAP_FILTER_NOT: {
            std::vector<filter> one;
            one.push_back(read(f->f_not));
            return filter::combine(type::negation, std::move(one));
        }
        case LDAP_FILTER_EQUALITY:
            if (f->f_av_desc == slap_schema.si_ad_hasSubordinates)
                return {.type = type::subordinates,
                        .constant = to_string_view(f->f_av_value) == to_string_view(slap_false_bv)
                                        ? truth::yes
                                        : truth::no};
            return equality(*f->f_ava);
        case LDAP_FILTER_PRESENT:
            if (f->f_desc == slap_schema.si_ad_objectClass ||
                f->f_desc == slap_schema.si_ad_entryDN)
                return filter::constant_of(truth::yes);
            return leaf(f->f_desc,
                        [](attribute_id attribute) { return filter::present(attribute); });
        case LDAP_FILTER_GE:
        case LDAP_FILTER_LE:
            return leaf(f->f_av_desc, [&](attribute_id attribute) {
                return filter::compares(f->f_choice == LDAP_FILTER_GE ? type::at_least
                                                                      : type::at_most,
                                        attribute, std::string(to_string_view(f->f_av_value)));
            });
        case LDAP_FILTER_APPROX:
            return approximate(*f->f_ava);
        case LDAP_FILTER_SUBSTRINGS:
            return leaf(f->f_sub_desc, [&](attribute_id attribute) {
                return filter::contains(attribute, pieces(*f->f_sub));
            });
        case LDAP_FILTER_EXT:
            return extensible(*f->f_mra);
        default:
            return {};
        }
    }

private:
    std::vector<filter> parts(const Filter* list)
    {
        std::vector<filter> out;
        for (; list != nullptr; list = list->f_next)
            out.push_back(read(list));
        return out;
    }

    static std::vector<std::string> pieces(const SubstringsAssertion& assertion)
    {
        std::vector<std::string> out{std::string(to_string_view(assertion.sa_initial))};
        for (const berval* any = assertion.sa_any; any != nullptr && !BER_BVISNULL(any); ++any)
            out.emplace_back(to_string_view(*any));
        out.emplace_back(to_string_view(assertion.sa_final));
        return out;
    }

    filter equality(const AttributeAssertion& ava)
    {
        if (ava.aa_desc == slap_schema.si_ad_objectClass) {
            const ObjectClass* oc = oc_bvfind(const_cast<berval*>(&ava.aa_value));
            filter out;
            out.type = type::object_class;
            out.value = to_lower(oc != nullptr ? to_string_view(oc->soc_cname)
                                               : to_string_view(ava.aa_value));
            return out;
        }
        if (ava.aa_desc == slap_schema.si_ad_entryDN)
            return entry_named(to_string_view(ava.aa_value));
        return leaf(ava.aa_desc, [&](attribute_id attribute) {
            filter out = filter::equals(attribute, std::string(to_string_view(ava.aa_value)));
            if (holds_names(attribute))
                add_name(out);
            return out;
        });
    }

    // A term that only slapd can evaluate; the attribute must be present.
    static filter undecided(attribute_id attribute)
    {
        return filter::combine(type::conjunction, {filter::present(attribute), filter()});
    }

    // slapd uses the attribute's approximate matching rule if it has one, else the equality rule.
    filter approximate(const AttributeAssertion& ava)
    {
        if (ava.aa_desc->ad_type->sat_approx == nullptr)
            return equality(ava);
        return leaf(ava.aa_desc, undecided);
    }

    filter extensible(const MatchingRuleAssertion& mra)
    {
        if (mra.ma_desc == nullptr) {
            parts_.all_user = true; // a rule without an attribute reads all attributes
            return {};
        }
        // The RDN's values are attributes of the entry itself, so :dn: adds those of its superiors.
        if (mra.ma_dnattrs && is_supertype(mra.ma_desc))
            return filter::combine(type::disjunction, {leaf(mra.ma_desc, undecided), filter()});
        const AttributeType* at = mra.ma_desc->ad_type;
        if (mra.ma_rule == at->sat_equality) {
            AttributeAssertion ava{};
            ava.aa_desc = mra.ma_desc;
            ava.aa_value = mra.ma_value;
            return equality(ava);
        }
        // (uid:caseExactMatch:=Ann) matches a subset of (uid=ann).
        const directory::matching_rule own_rule = rule_of(mra.ma_desc);
        const directory::matching_rule requested_rule = family_of(mra.ma_rule);
        const std::string_view value = to_string_view(mra.ma_value);
        if (own_rule == directory::matching_rule::ignore_case &&
            requested_rule == directory::matching_rule::exact_case && is_plain_ascii(value))
            return leaf(mra.ma_desc, [&](attribute_id attribute) {
                return filter::combine(type::conjunction,
                                       {filter::equals(attribute, lower_ascii(value)), filter()});
            });
        return leaf(mra.ma_desc, undecided);
    }

    // Whether a container's RDN has the attribute or a subtype.
    [[nodiscard]] bool is_supertype(const AttributeDescription* description) const
    {
        const auto& kinds = mapping_.map.kinds;
        if (std::any_of(kinds.begin(), kinds.end(), [&](const directory::kind& k) {
                return k.has_children &&
                       is_ad_subtype(mapping_.types[k.rdn().attribute].description,
                                     const_cast<AttributeDescription*>(description));
            }))
            return true;
        const auto& fixed = tree_.fixed().entries();
        return std::any_of(fixed.begin(), fixed.end(), [&](const auto& e) {
            std::string error;
            for (std::string_view left = e.ndn; !left.empty(); left = directory::parent_of(left)) {
                const std::string_view rdn = directory::rdn_of(left);
                const auto* ad = find_attribute(std::string(rdn.substr(0, rdn.find('='))), error);
                if (ad == nullptr || rdn.find('+') != std::string_view::npos ||
                    is_ad_subtype(const_cast<AttributeDescription*>(ad),
                                  const_cast<AttributeDescription*>(description)))
                    return true;
            }
            return false;
        });
    }

    // (entryDN=uid=ann,…) selects one entry by its DN.
    [[nodiscard]] filter entry_named(std::string_view ndn) const
    {
        const directory::dn_location location = tree_.locate_row(ndn);
        if (!location.parent)
            return filter::constant_of(truth::no); // no row is a container
        const auto attribute = mapping_.map.attribute_ignoring_case(location.attribute);
        if (!attribute)
            return mapping_.complete ? filter::constant_of(truth::no) : filter();
        filter out = filter::equals(attribute, location.value);
        out.type = type::entry_name;
        out.above = tree_.place_of(location.parent);
        return out;
    }

    // Whether the attribute's values are names of entries in some kind. Each kind defines what they
    // refer to.
    [[nodiscard]] bool holds_names(attribute_id attribute) const
    {
        return std::any_of(mapping_.map.kinds.begin(), mapping_.map.kinds.end(),
                           [&](const directory::kind& k) { return bool(k.named_kind(attribute)); });
    }

    // (member=uid=ann,…): if rows store names, the DN must be that of such an entry.
    void add_name(filter& term) const
    {
        const directory::dn_location location = tree_.locate_row(term.value);
        if (location.parent) {
            term.above = tree_.place_of(location.parent);
            term.rdn = mapping_.map.attribute_ignoring_case(location.attribute);
        }
        term.name = location.value;
    }

    // A term on an attribute applies to each of its mapped subtypes (RFC 4512 §2.5.1): (name=x)
    // matches cn and sn.
    template <typename Make> filter leaf(const AttributeDescription* description, Make make)
    {
        if (description == slap_schema.si_ad_objectClass)
            return {};
        std::vector<filter> out;
        for (std::size_t i = 0; i < mapping_.types.size(); ++i) {
            const AttributeDescription* mapped = mapping_.types[i].description;
            if (mapped != description &&
                !is_ad_subtype(const_cast<AttributeDescription*>(mapped),
                               const_cast<AttributeDescription*>(description)))
                continue;
            parts_.attributes.emplace_back(i);
            if (mapped == description || rule_of(mapped) == rule_of(description))
                out.push_back(make(attribute_id(i)));
            else
                out.emplace_back(); // the assertion value is normalized by another rule
        }
        for (std::size_t i = 0; i < out.size(); ++i)
            if (out[i].type != type::equality)
                parts_.fetched.push_back(
                    parts_.attributes[parts_.attributes.size() - out.size() + i]);
        if (out.empty() && is_at_operational(description->ad_type))
            return {};   // hasSubordinates, structuralObjectClass: slapd provides them
        if (out.empty()) // the attributes of an unusable kind are unknown
            return mapping_.complete ? filter::constant_of(truth::no) : filter();
        return out.size() == 1 ? std::move(out.front())
                               : filter::combine(type::disjunction, std::move(out));
    }

    directory_tree& tree_;
    const resolved_mapping& mapping_;
    directory::selection& parts_;
};

} // namespace

directory::filter translate_filter(const Filter* filter, directory_tree& tree,
                                   const resolved_mapping& mapping, directory::selection& selection)
{
    return directory::simplified(reader(tree, mapping, selection).read(filter));
}

bool may_match(const Filter* filter, const Entry& entry)
{
    const auto has = [&](const AttributeDescription* description) {
        return is_at_operational(description->ad_type) != 0 ||
               attrs_find(entry.e_attrs, const_cast<AttributeDescription*>(description)) != nullptr;
    };
    switch (filter->f_choice) {
    case LDAP_FILTER_AND:
        for (const Filter* part = filter->f_and; part != nullptr; part = part->f_next)
            if (!may_match(part, entry))
                return false;
        return true;
    case LDAP_FILTER_OR:
        for (const Filter* part = filter->f_or; part != nullptr; part = part->f_next)
            if (may_match(part, entry))
                return true;
        return false;
    case LDAP_FILTER_EQUALITY:
    case LDAP_FILTER_GE:
    case LDAP_FILTER_LE:
    case LDAP_FILTER_APPROX:
        return has(filter->f_av_desc);
    case LDAP_FILTER_SUBSTRINGS:
        return has(filter->f_sub_desc);
    case LDAP_FILTER_PRESENT:
        return has(filter->f_desc);
    default:
        return true;
    }
}

} // namespace pgsql::slapd
