// named_entries.cpp: values that name entries which the client may not see.
#include "slapd/roles/named_entries.hpp"

#include "query/query_planner.hpp"
#include "slapd/entry/entry_stream.hpp"

#include "base/ascii.hpp"

#include <algorithm>

namespace pgsql::slapd {
namespace {

using directory::attribute_id;
using directory::filter;

bool is_dn(const AttributeDescription& ad)
{
    return ad.ad_type->sat_syntax == slap_schema.si_syn_distinguishedName ||
           is_at_syntax(ad.ad_type, SLAPD_NAMEUID_SYNTAX) != 0;
}

// Without the bits of Name And Optional UID (RFC 4517 §3.3.21).
std::string_view dn_in(std::string_view value)
{
    if (value.ends_with("'B"))
        return value.substr(0, value.rfind('#'));
    return value;
}

std::string normalized(AttributeDescription& ad, const std::string& value)
{
    berval in = to_berval(value);
    berval out{};
    if (attr_normalize_one(&ad, &in, &out, nullptr) != LDAP_SUCCESS || BER_BVISNULL(&out))
        return value;
    std::string text(to_string_view(out));
    if (out.bv_val != in.bv_val)
        ch_free(out.bv_val);
    return text;
}

// Of a copied entry (entry_dup), whose memory slapd has allocated.
void remove_values(Attribute& a, const std::vector<unsigned>& gone)
{
    for (berval* const values : {a.a_vals, a.a_nvals == a.a_vals ? nullptr : a.a_nvals}) {
        if (values == nullptr)
            continue;
        std::size_t next = 0;
        unsigned to = 0;
        for (unsigned from = 0; from < a.a_numvals; ++from)
            if (next < gone.size() && gone[next] == from) {
                ch_free(values[from].bv_val);
                ++next;
            } else {
                values[to++] = values[from];
            }
        values[to] = BER_BVNULL;
    }
    a.a_numvals -= static_cast<unsigned>(gone.size());
}

filter any_of(attribute_id by, const std::set<std::string>& values)
{
    std::vector<filter> out;
    for (const std::string& value : values)
        out.push_back(filter::equals(by, value));
    return out.size() == 1 ? std::move(out.front())
                           : filter::combine(filter::node::disjunction, std::move(out));
}

} // namespace

bool is_naming(const resolved_mapping&, const AttributeDescription& ad)
{
    return same_ignoring_case(to_string_view(ad.ad_type->sat_cname), "memberUid") || is_dn(ad);
}

named_entries::named_entries(Operation& op, service& service, const resolved_mapping& mapping,
                             visible_rows& visible)
    : op_(op), service_(service), mapping_(mapping), tree_(op, service), visible_(visible)
{}

bool named_entries::hides()
{
    const auto& kinds = mapping_.map.kinds;
    if (!hides_)
        hides_ = visible_.limited() &&
                 std::any_of(kinds.begin(), kinds.end(), [&](const directory::kind& k) {
                     const auto shown = visible_.of(mapping_, kinds.id_of(k));
                     return !shown || shown->type != filter::node::constant;
                 });
    return *hides_;
}

bool named_entries::concerns(const directory::kind& kind) const
{
    const auto names = [&](attribute_id id) {
        return is_naming(mapping_, *mapping_.types[id].description);
    };
    return std::any_of(kind.sources.begin(), kind.sources.end(),
                       [&](const auto& one) { return names(one.attribute); }) ||
           std::any_of(kind.values.begin(), kind.values.end(),
                       [&](const auto& one) { return names(one.attribute); }) ||
           std::any_of(kind.lookups.begin(), kind.lookups.end(),
                       [&](const auto& one) { return names(one.attribute); });
}

void named_entries::loosen(filter& tree)
{
    for (filter& part : tree.parts)
        loosen(part);
    if (!tree.attribute || tree.type == filter::node::entry_name ||
        !is_naming(mapping_, *mapping_.types[tree.attribute].description) || !hides())
        return;
    filter term = std::move(tree);
    tree = filter::combine(filter::node::conjunction, {std::move(term), filter()});
}

std::vector<std::pair<const directory::kind*, attribute_id>> named_entries::accounts() const
{
    std::vector<std::pair<const directory::kind*, attribute_id>> out;
    const attribute_id uid = mapping_.map.attribute_named("uid");
    for (const directory::kind& k : mapping_.map.kinds) {
        if (!k.error.empty())
            continue;
        if (uid && k.source_of(uid) != nullptr)
            out.emplace_back(&k, uid);
        else if (k.name == "users")
            out.emplace_back(&k, k.rdn().attribute);
    }
    return out;
}

void named_entries::read(const directory::kind& kind, attribute_id by, const filter& wanted,
                         const std::function<void(const Entry&, const directory::kind&)>& found)
{
    directory::selection selection;
    selection.attributes.push_back(by);
    selection.fetched.push_back(by);
    const auto plan = directory::make_plan(mapping_.map, kind, wanted, selection);
    if (!plan)
        return;
    entry_stream entries(op_, service_, mapping_, *plan);
    while (const candidate* one = entries.next())
        found(*one->entry, kind);
}

void named_entries::read_accounts(const std::set<std::string>& names, states& out)
{
    for (const auto& [kind, by] : accounts()) {
        // memberUid is compared in another way than uid.
        std::map<std::string, std::vector<std::string>> asked; // by the value as uid has it
        std::set<std::string> values;
        for (const std::string& name : names) {
            const std::string value = normalized(*mapping_.types[by].description, name);
            asked[value].push_back(name);
            values.insert(value);
        }
        read(*kind, by, any_of(by, values), [&, by = by](const Entry& e, const directory::kind& k) {
            const bool seen = visible_.sees(k, to_string_view(e.e_nname));
            const Attribute* const a = attr_find(e.e_attrs, mapping_.types[by].description);
            for (unsigned i = 0; a != nullptr && i < a->a_numvals; ++i) {
                const auto at = asked.find(std::string(to_string_view(a->a_nvals[i])));
                if (at == asked.end())
                    continue;
                for (const std::string& name : at->second) {
                    state& known = out[name];
                    (seen ? known.visible : known.hidden) = true;
                    known.kinds.insert(&k);
                }
            }
        });
    }
}

// `names`: the DNs, by the values of their RDNs.
void named_entries::read_entries(directory::container_id above, const std::string& rdn,
                                 const std::map<std::string, std::string>& names, states& out)
{
    const directory::place place = tree_.place_of(above);
    std::set<std::string> values;
    std::set<std::string> dns;
    for (const auto& [value, dn] : names) {
        values.insert(value);
        dns.insert(dn);
    }
    for (const directory::kind& k : mapping_.map.kinds) {
        const attribute_id by = k.rdn().attribute;
        if (!k.may_be_below(place) || !same_ignoring_case(mapping_.map.attributes[by].name, rdn))
            continue;
        filter wanted = any_of(by, values);
        if (k.parent_kind)
            wanted = filter::combine(filter::node::conjunction,
                                     {std::move(wanted), filter::below(place)});
        read(k, by, wanted, [&](const Entry& e, const directory::kind& of) {
            const std::string ndn(to_string_view(e.e_nname));
            if (!dns.contains(ndn))
                return;
            state& known = out[ndn];
            (visible_.sees(of, ndn) ? known.visible : known.hidden) = true;
            known.kinds.insert(&of);
        });
    }
}

named_entries::states named_entries::states_of(bool dns, const std::set<std::string>& names,
                                               bool read_all)
{
    states out;
    if (names.empty())
        return out;
    if (!dns) {
        read_accounts(names, out);
        return out;
    }
    // By the container above them and the type of the RDN.
    std::map<std::pair<std::size_t, std::string>, std::map<std::string, std::string>> asked;
    const berval suffix = to_berval(service_.suffix_ndn);
    for (const std::string& name : names) {
        state& known = out[name];
        const berval ndn = to_berval(name);
        if (dnIsSuffix(&ndn, &suffix) == 0) {
            known.visible = true;
            continue;
        }
        if (const auto fixed = tree_.fixed().find(name)) {
            (visible_.sees_fixed(fixed) ? known.visible : known.hidden) = true;
            continue;
        }
        const auto location = tree_.locate_row(name);
        if (!location.parent)
            continue; // nothing can have it
        const directory::place above = tree_.place_of(location.parent);
        bool all_seen = true;
        bool any_seen = false;
        for (const directory::kind& k : mapping_.map.kinds) {
            if (!k.may_be_below(above) ||
                !same_ignoring_case(mapping_.map.attributes[k.rdn().attribute].name,
                                    location.attribute))
                continue;
            const bool seen = visible_.sees(k, name);
            all_seen = all_seen && seen;
            any_seen = any_seen || seen;
        }
        if (!read_all && (all_seen || !any_seen))
            (all_seen ? known.visible : known.hidden) = true;
        else
            asked[{location.parent.index(), to_lower(location.attribute)}][location.value] = name;
    }
    for (const auto& [where, wanted] : asked)
        read_entries(directory::container_id(where.first), where.second, wanted, out);
    return out;
}

void named_entries::hide(const std::vector<Entry*>& entries, const std::vector<Entry*>& removed)
{
    if (!hides())
        return;
    std::set<std::string> dns;
    std::set<std::string> accounts;
    const auto each = [&](Entry& e, auto&& work) {
        for (Attribute** at = &e.e_attrs; *at != nullptr;) {
            Attribute** const here = at;
            if (is_naming(mapping_, *(*at)->a_desc) && !work(**at)) {
                Attribute* const gone = *here;
                *here = gone->a_next;
                gone->a_next = nullptr;
                attr_free(gone);
            } else {
                at = &(*at)->a_next;
            }
        }
    };
    for (Entry* e : entries)
        each(*e, [&](const Attribute& a) {
            for (unsigned i = 0; i < a.a_numvals; ++i) {
                const std::string_view value = to_string_view(a.a_nvals[i]);
                if (is_dn(*a.a_desc))
                    dns.emplace(dn_in(value));
                else
                    accounts.emplace(value);
            }
            return true;
        });
    const states known_dns = states_of(true, dns, false);
    const states known_accounts = states_of(false, accounts, false);
    const auto hidden = [&](const Attribute& a, unsigned i) {
        const bool is_name = is_dn(*a.a_desc);
        const states& known = is_name ? known_dns : known_accounts;
        const std::string_view value = to_string_view(a.a_nvals[i]);
        const auto at = known.find(std::string(is_name ? dn_in(value) : value));
        return at != known.end() && at->second.hidden && !at->second.visible;
    };
    for (std::size_t n = 0; n < entries.size(); ++n)
        each(*entries[n], [&](Attribute& a) {
            std::vector<unsigned> gone;
            for (unsigned i = 0; i < a.a_numvals; ++i)
                if (hidden(a, i))
                    gone.push_back(i);
            for (const unsigned i : gone)
                if (n < removed.size())
                    attr_merge_one(removed[n], a.a_desc, &a.a_vals[i], &a.a_nvals[i]);
            if (gone.size() == a.a_numvals)
                return false;
            remove_values(a, gone);
            return true;
        });
}

bool named_entries::are_visible(const AttributeDescription& ad,
                                const std::vector<std::string>& values)
{
    std::set<std::string> names;
    for (const std::string& value : values)
        names.emplace(is_dn(ad) ? dn_in(value) : std::string_view(value));
    const states known = states_of(is_dn(ad), names, true);
    return std::all_of(names.begin(), names.end(), [&](const std::string& name) {
        const auto at = known.find(name);
        return at != known.end() && at->second.visible;
    });
}

bool named_entries::are_all_of(const AttributeDescription& ad,
                               const std::vector<std::string>& values, const directory::kind& kind)
{
    std::set<std::string> names;
    for (const std::string& value : values)
        names.emplace(is_dn(ad) ? dn_in(value) : std::string_view(value));
    const states known = states_of(is_dn(ad), names, true);
    return std::all_of(names.begin(), names.end(), [&](const std::string& name) {
        const auto at = known.find(name);
        return at != known.end() && at->second.visible && at->second.kinds.contains(&kind) &&
               at->second.kinds.size() == 1;
    });
}

} // namespace pgsql::slapd
