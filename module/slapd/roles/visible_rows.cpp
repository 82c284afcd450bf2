// visible_rows.cpp: what the roles of a client let it see, as conditions on rows.
#include "slapd/roles/visible_rows.hpp"

#include "slapd/entry/entry_stream.hpp"

#include "base/ascii.hpp"

#include <algorithm>

namespace pgsql::slapd {
namespace {

using directory::filter;
using directory::role_rule;
using directory::truth;

constexpr const char* access_rule = "pgsql-roles";

bool asks_roles(const slap_dynacl_t& rule) { return same_ignoring_case(rule.da_name, access_rule); }

// Whether the <who> of an access rule cannot be this client.
bool is_another(const Operation& op, const Access& by)
{
    const slap_style_t style = by.a_dn.a_style;
    if (style == ACL_STYLE_ANONYMOUS)
        return !BER_BVISEMPTY(&op.o_ndn);
    if (style == ACL_STYLE_USERS)
        return BER_BVISEMPTY(&op.o_ndn) != 0;
    return style == ACL_STYLE_BASE && !BER_BVISEMPTY(&by.a_dn_pat) && by.a_dn.a_expand == 0 &&
           dn_match(&by.a_dn_pat, &op.o_ndn) == 0;
}

bool is_about_entries(const AccessControl& rule)
{
    if (rule.acl_attrs == nullptr)
        return true;
    for (const AttributeName* a = rule.acl_attrs; !BER_BVISNULL(&a->an_name); ++a)
        if (a->an_desc == slap_schema.si_ad_entry)
            return true;
    return false;
}

// Whether the <what> of an access rule cannot be an entry of the database.
bool is_elsewhere(const AccessControl& rule, const berval& suffix)
{
    const berval& dn = rule.acl_dn_pat;
    switch (rule.acl_dn_style) {
    case ACL_STYLE_BASE:
    case ACL_STYLE_ONE:
        return dnIsSuffix(&dn, &suffix) == 0 &&
               (rule.acl_dn_style == ACL_STYLE_BASE || dnIsSuffix(&suffix, &dn) == 0);
    case ACL_STYLE_SUBTREE:
    case ACL_STYLE_CHILDREN:
        return !BER_BVISEMPTY(&dn) && dnIsSuffix(&dn, &suffix) == 0 &&
               dnIsSuffix(&suffix, &dn) == 0;
    default:
        return false;
    }
}

enum class shown : char { by_roles, own_too, unknown };

// What access rules other than roles show to the client: nothing, its own entry, or maybe more.
shown shown_by(const Operation& op, const AccessControl* rules)
{
    shown out = shown::by_roles;
    for (const AccessControl* rule = rules; rule != nullptr; rule = rule->acl_next) {
        if (!is_about_entries(*rule) || is_elsewhere(*rule, op.o_bd->be_nsuffix[0]))
            continue;
        for (const Access* by = rule->acl_access; by != nullptr; by = by->a_next) {
            const auto* const dynamic = by->a_dynacl;
            if (dynamic != nullptr && dynamic->da_next == nullptr && asks_roles(*dynamic))
                continue;
            constexpr slap_mask_t tells = ACL_PRIV_DISCLOSE | ACL_PRIV_SEARCH | ACL_PRIV_READ;
            if ((by->a_access_mask & tells) == 0 || ACL_IS_SUBTRACTIVE(by->a_access_mask) ||
                is_another(op, *by))
                continue;
            if (dynamic == nullptr && by->a_dn.a_style == ACL_STYLE_SELF)
                out = shown::own_too;
            else
                return shown::unknown;
        }
    }
    return out;
}

} // namespace

bool are_shown_as_containers(const service& service, const directory::kind& kind)
{
    const auto& rules = service.role_rules();
    return kind.has_children && std::none_of(rules.begin(), rules.end(), [&](const auto& rule) {
               return rule.kind == kind.name;
           });
}

bool are_roles_asked(const BackendDB& be) noexcept
{
    for (const AccessControl* list : {be.be_acl, frontendDB->be_acl})
        for (; list != nullptr; list = list->acl_next)
            for (const Access* by = list->acl_access; by != nullptr; by = by->a_next)
                for (const slap_dynacl_t* one = by->a_dynacl; one != nullptr; one = one->da_next)
                    if (asks_roles(*one))
                        return true;
    return false;
}

visible_rows::visible_rows(Operation& op, service& service)
    : op_(op), service_(service), tree_(op, service), roles_(op, service)
{}

bool visible_rows::limited()
{
    if (limited_)
        return *limited_;
    const AccessControl* const rules = op_.o_bd->be_acl;
    limited_ = roles_.decide() && (rules != nullptr || frontendDB->be_acl != nullptr);
    if (!*limited_)
        return false;
    const shown here = shown_by(op_, rules);
    const shown everywhere = shown_by(op_, frontendDB->be_acl);
    sees_own_ = here == shown::own_too || everywhere == shown::own_too;
    limited_ = here != shown::unknown && everywhere != shown::unknown;
    return *limited_;
}

bool visible_rows::sees(const directory::kind& kind, std::string_view ndn)
{
    const auto shows = [&](const role_rule* rule) {
        return rule->shows() && rule->concerns(kind.name);
    };
    const auto here = roles_.rules_at(ndn);
    if (std::any_of(here.begin(), here.end(), shows) ||
        (!here.empty() && are_shown_as_containers(service_, kind)))
        return true;
    const auto& own = roles_.own_rules();
    return roles_.is_own(ndn) && (sees_own_ || std::any_of(own.begin(), own.end(), shows));
}

bool visible_rows::sees_fixed(directory::container_id container)
{
    const std::string& ndn = tree_.fixed().entries()[container].ndn;
    if (ndn == service_.suffix_ndn || !roles_.rules_at(ndn).empty())
        return true;
    // Those above the place of a role lead to it.
    const berval above = to_berval(ndn);
    const auto& all = roles_.all();
    const auto& rules = service_.role_rules();
    return std::any_of(all.begin(), all.end(), [&](const assignment& one) {
        const berval top = to_berval(one.top);
        return dnIsSuffix(&top, &above) != 0 &&
               std::any_of(rules.begin(), rules.end(), [&](const role_rule& rule) {
                   return rule.role == one.role && !rule.self;
               });
    });
}

bool visible_rows::sees_below(const resolved_mapping& mapping, directory::container_id above)
{
    for (const auto id : tree_.whole().containers_below(above)) {
        const directory::container& one = tree_.container(id);
        if (tree_.is_fixed(id) ? sees_fixed(id) : sees(mapping.map.kinds[one.kind], one.ndn))
            return true;
    }
    return false;
}

std::optional<filter> visible_rows::of(const resolved_mapping& mapping, directory::kind_id kind)
{
    if (!limited())
        return filter::constant_of(truth::yes);
    const auto known = known_.find(kind.index());
    if (known != known_.end())
        return known->second;
    return known_.emplace(kind.index(), condition(mapping, kind)).first->second;
}

std::optional<filter> visible_rows::condition(const resolved_mapping& mapping,
                                              directory::kind_id id)
{
    const directory::kind& kind = mapping.map.kinds[id];
    const bool as_containers = are_shown_as_containers(service_, kind);
    const auto shows = [&](const role_rule& rule) {
        return rule.shows() && rule.concerns(kind.name);
    };
    filter placed{.type = filter::node::placement};
    filter keyed{.type = filter::node::row_key};
    for (const assignment& one : roles_.all()) {
        const auto& rules = service_.role_rules();
        const bool seen = std::any_of(rules.begin(), rules.end(), [&](const role_rule& rule) {
            return rule.role == one.role && !rule.self && (as_containers || shows(rule));
        });
        const auto top = seen ? tree_.find(one.top) : directory::container_id();
        if (!top)
            continue;
        const auto below = rows_below(mapping.map, id, tree_, top, true);
        if (below && below->type == filter::node::constant)
            return below;
        if (kind.has_children) {
            const auto keys = tree_.whole().keys_below(top, id);
            keyed.place_keys.insert(keyed.place_keys.end(), keys.begin(), keys.end());
        } else if (below) {
            placed.place_keys.insert(placed.place_keys.end(), below->place_keys.begin(),
                                     below->place_keys.end());
            placed.at_container = placed.at_container || below->at_container;
        }
    }
    std::vector<filter> out;
    for (filter* const one : {&placed, &keyed}) {
        std::sort(one->place_keys.begin(), one->place_keys.end());
        one->place_keys.erase(std::unique(one->place_keys.begin(), one->place_keys.end()),
                              one->place_keys.end());
        if (!one->place_keys.empty() || one->at_container)
            out.push_back(std::move(*one));
    }
    const auto& own = roles_.own_rules();
    // Whatever they permit, the own entry is known to its owner.
    if (sees_own_ || std::any_of(own.begin(), own.end(), [&](const role_rule* rule) {
            return rule->concerns(kind.name);
        })) {
        const auto location = tree_.locate_row(to_string_view(op_.o_ndn));
        const auto attribute = mapping.map.attribute_ignoring_case(location.attribute);
        if (location.parent && attribute) {
            filter named = filter::equals(attribute, location.value);
            named.type = filter::node::entry_name;
            named.above = tree_.place_of(location.parent);
            out.push_back(std::move(named));
        }
    }
    if (out.empty())
        return std::nullopt;
    return out.size() == 1 ? std::move(out.front())
                           : filter::combine(filter::node::disjunction, std::move(out));
}

std::optional<filter> visible_rows::among(const resolved_mapping& mapping, directory::kind_id kind,
                                          const filter& wanted)
{
    auto visible = of(mapping, kind);
    if (!visible || visible->type == filter::node::constant)
        return visible ? std::optional(wanted) : std::nullopt;
    if (wanted.type == filter::node::constant)
        return visible;
    if (wanted.type != filter::node::placement || visible->type != filter::node::placement)
        return filter::combine(filter::node::conjunction, {wanted, std::move(*visible)});
    filter out{.type = filter::node::placement};
    out.at_container = wanted.at_container && visible->at_container;
    for (const std::string& key : wanted.place_keys)
        if (std::binary_search(visible->place_keys.begin(), visible->place_keys.end(), key))
            out.place_keys.push_back(key);
    return out.place_keys.empty() && !out.at_container ? std::nullopt : std::optional(out);
}

} // namespace pgsql::slapd
