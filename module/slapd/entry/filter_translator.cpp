// filter_translator.cpp: turns slapd's filter into our tree.
#include "slapd/entry/filter_translator.hpp"

#include "query/column_condition.hpp"

#include <algorithm>

namespace pgsql::slapd {
namespace {

using directory::filter;
using directory::truth;
using type = filter::type;

class reader {
public:
    reader(const directory::tree& where, const bound& with, directory::wanted& parts)
        : where_(where), with_(with), parts_(parts)
    {}

    filter read(const Filter* f)
    {
        if ((f->f_choice & SLAPD_FILTER_UNDEFINED) != 0)
            return filter::of(
                truth::undefined); // an attribute or value that the schema does not know
        switch (f->f_choice) {
        case SLAPD_FILTER_COMPUTED:
            return filter::of(f->f_result == LDAP_COMPARE_TRUE    ? truth::yes
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
            if (f->f_av_desc == slap_schema.si_ad_hasSubordinates) // none below an entry of a row
                return filter::of(view(f->f_av_value) == view(slap_false_bv) ? truth::yes
                                                                             : truth::no);
            return equality(*f->f_ava);
        case LDAP_FILTER_PRESENT:
            if (f->f_desc == slap_schema.si_ad_objectClass ||
                f->f_desc == slap_schema.si_ad_entryDN)
                return filter::of(truth::yes);
            return leaf(f->f_desc, [](int attribute) { return filter::present(attribute); });
        case LDAP_FILTER_GE:
        case LDAP_FILTER_LE:
            return leaf(f->f_av_desc, [&](int attribute) {
                return filter::compares(f->f_choice == LDAP_FILTER_GE ? type::at_least
                                                                      : type::at_most,
                                        attribute, std::string(view(f->f_av_value)));
            });
        case LDAP_FILTER_APPROX:
            return approximate(*f->f_ava);
        case LDAP_FILTER_SUBSTRINGS:
            return leaf(f->f_sub_desc, [&](int attribute) {
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

    static std::vector<std::string> pieces(const SubstringsAssertion& from)
    {
        std::vector<std::string> out{std::string(view(from.sa_initial))};
        for (const berval* any = from.sa_any; any != nullptr && !BER_BVISNULL(any); ++any)
            out.emplace_back(view(*any));
        out.emplace_back(view(from.sa_final));
        return out;
    }

    filter equality(const AttributeAssertion& ava)
    {
        if (ava.aa_desc == slap_schema.si_ad_objectClass) {
            const ObjectClass* oc = oc_bvfind(const_cast<berval*>(&ava.aa_value));
            filter out;
            out.what = type::object_class;
            out.value = folded(oc != nullptr ? view(oc->soc_cname) : view(ava.aa_value));
            return out;
        }
        if (ava.aa_desc == slap_schema.si_ad_entryDN)
            return entry_named(view(ava.aa_value));
        return leaf(ava.aa_desc, [&](int attribute) {
            filter out = filter::equals(attribute, std::string(view(ava.aa_value)));
            if (holds_names(attribute))
                add_name(out);
            return out;
        });
    }

    // What only slapd can decide, of an attribute that must be there for it.
    static filter undecided(int attribute)
    {
        return filter::combine(type::conjunction, {filter::present(attribute), filter()});
    }

    // slapd compares by sound where the attribute has a rule for that, and for equality elsewhere.
    filter approximate(const AttributeAssertion& ava)
    {
        if (ava.aa_desc->ad_type->sat_approx == nullptr)
            return equality(ava);
        return leaf(ava.aa_desc, undecided);
    }

    filter extensible(const MatchingRuleAssertion& mra)
    {
        if (mra.ma_desc == nullptr) {
            parts_.everything = true; // a rule without an attribute looks at all of them
            return {};
        }
        // The RDN's values are attributes of the entry as well, so that :dn: adds those above it.
        if (mra.ma_dnattrs && above(mra.ma_desc))
            return filter::combine(type::disjunction, {leaf(mra.ma_desc, undecided), filter()});
        const AttributeType* at = mra.ma_desc->ad_type;
        if (mra.ma_rule == at->sat_equality) {
            AttributeAssertion ava{};
            ava.aa_desc = mra.ma_desc;
            ava.aa_value = mra.ma_value;
            return equality(ava);
        }
        // (uid:caseExactMatch:=Ann) is at most (uid=ann).
        const directory::match own = rule_of(mra.ma_desc);
        const directory::match asked = family_of(mra.ma_rule);
        const std::string_view value = view(mra.ma_value);
        if (own == directory::match::ignore_case && asked == directory::match::exact_case &&
            is_plain_ascii(value))
            return leaf(mra.ma_desc, [&](int attribute) {
                return filter::combine(type::conjunction,
                                       {filter::equals(attribute, lower_ascii(value)), filter()});
            });
        return leaf(mra.ma_desc, undecided);
    }

    // Whether the attribute names one of the containers.
    [[nodiscard]] bool above(const AttributeDescription* of) const
    {
        return std::any_of(where_.entries().begin(), where_.entries().end(), [&](const auto& e) {
            std::string why;
            for (std::string_view left = e.ndn; !left.empty(); left = directory::parent_of(left)) {
                const std::string_view rdn = directory::rdn_of(left);
                const auto* ad = find_attribute(std::string(rdn.substr(0, rdn.find('='))), why);
                if (ad == nullptr || rdn.find('+') != std::string_view::npos ||
                    is_ad_subtype(const_cast<AttributeDescription*>(ad),
                                  const_cast<AttributeDescription*>(of)))
                    return true;
            }
            return false;
        });
    }

    // (entryDN=uid=ann,…) is a base search in a filter.
    [[nodiscard]] filter entry_named(std::string_view ndn) const
    {
        const directory::place at = where_.locate(ndn);
        if (at.parent < 0)
            return filter::of(truth::no); // a container's entry is not looked for among rows
        const int attribute = with_.map.attribute_folded(at.attribute);
        if (attribute < 0)
            return with_.complete ? filter::of(truth::no) : filter();
        filter out = filter::equals(attribute, at.value);
        out.what = type::entry_name;
        out.parent = at.parent;
        return out;
    }

    // Whether some kind has names of entries for the attribute's values. What they mean, and what
    // the values of the others are, is for each kind to say.
    [[nodiscard]] bool holds_names(int attribute) const
    {
        return std::any_of(with_.map.kinds.begin(), with_.map.kinds.end(),
                           [&](const directory::kind& k) { return k.names_of(attribute) >= 0; });
    }

    // (member=uid=ann,…): where rows know names, the DN has to be that of an entry of theirs.
    void add_name(filter& to) const
    {
        const directory::place at = where_.locate(to.value);
        to.parent = at.parent;
        to.rdn = at.parent < 0 ? -1 : with_.map.attribute_folded(at.attribute);
        to.name = at.value;
    }

    // A term on an attribute is one on each of its subtypes that we serve (RFC 4512 §2.5.1):
    // (name=x) finds cn and sn.
    template <typename Make> filter leaf(const AttributeDescription* of, Make make)
    {
        if (of == slap_schema.si_ad_objectClass)
            return {};
        std::vector<filter> out;
        for (std::size_t i = 0; i < with_.types.size(); ++i) {
            const AttributeDescription* ours = with_.types[i].description;
            if (ours != of && !is_ad_subtype(const_cast<AttributeDescription*>(ours),
                                             const_cast<AttributeDescription*>(of)))
                continue;
            parts_.attributes.push_back(static_cast<int>(i));
            if (ours == of || rule_of(ours) == rule_of(of))
                out.push_back(make(static_cast<int>(i)));
            else
                out.emplace_back(); // the assertion value is normalised by another rule
        }
        for (std::size_t i = 0; i < out.size(); ++i)
            if (out[i].what != type::equality)
                parts_.delivered.push_back(
                    parts_.attributes[parts_.attributes.size() - out.size() + i]);
        if (out.empty() && is_at_operational(of->ad_type))
            return {};   // hasSubordinates, structuralObjectClass: slapd makes or knows them
        if (out.empty()) // of a kind that cannot be served, not all attributes are known
            return with_.complete ? filter::of(truth::no) : filter();
        return out.size() == 1 ? std::move(out.front())
                               : filter::combine(type::disjunction, std::move(out));
    }

    const directory::tree& where_;
    const bound& with_;
    directory::wanted& parts_;
};

} // namespace

directory::filter read_filter(const Filter* from, const directory::tree& where, const bound& with,
                              directory::wanted& parts)
{
    return directory::simplified(reader(where, with, parts).read(from));
}

bool may_match(const Filter* filter, const Entry& entry)
{
    const auto has = [&](const AttributeDescription* of) {
        return is_at_operational(of->ad_type) != 0 ||
               attrs_find(entry.e_attrs, const_cast<AttributeDescription*>(of)) != nullptr;
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
