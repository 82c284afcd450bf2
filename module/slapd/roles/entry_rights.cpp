// entry_rights.cpp: what the roles of a client permit to do with an entry.
#include "slapd/roles/entry_rights.hpp"

#include "slapd/entry/entry_stream.hpp"

#include "base/ascii.hpp"

#include <algorithm>
#include <array>

namespace pgsql::slapd {
namespace {

using directory::role_action;
using directory::role_rule;

char extra_key; // its address identifies this type of OpExtra

constexpr slap_mask_t may_read =
    ACL_PRIV_DISCLOSE | ACL_PRIV_AUTH | ACL_PRIV_COMPARE | ACL_PRIV_SEARCH | ACL_PRIV_READ;

// slapacl(8) asks without an operation: everything that some operation would get.
constexpr ber_tag_t no_request = 0;

// Whether the rule is about the attribute, which may have options, or about a supertype.
bool is_about(const role_rule& rule, const AttributeDescription& ad)
{
    bool out = rule.all_attributes;
    for (const AttributeType* type = ad.ad_type; type != nullptr; type = type->sat_sup) {
        const std::string name = to_lower(to_string_view(type->sat_cname));
        if (rule.except.contains(name))
            return false;
        out = out || rule.attributes.contains(name);
    }
    return out;
}

// What an entry is found by, besides its RDN.
constexpr std::array<std::string_view, 4> found_by = {"objectclass", "uid", "cn", "ou"};

} // namespace

entry_rights::entry_rights(Operation& op, service& service)
    : OpExtra{}, op_(op), service_(service), database_(op.o_bd->be_private), tree_(op, service),
      roles_(op, service), visible_(op, service)
{
    oe_key = &extra_key;
    LDAP_SLIST_INSERT_HEAD(&op_.o_extra, static_cast<OpExtra*>(this), oe_next);
}

entry_rights::~entry_rights()
{
    LDAP_SLIST_REMOVE(&op_.o_extra, static_cast<OpExtra*>(this), OpExtra, oe_next);
}

entry_rights* entry_rights::find(const Operation& op) noexcept
{
    OpExtra* extra = nullptr;
    LDAP_SLIST_FOREACH(extra, &op.o_extra, oe_next)
    {
        if (extra->oe_key != &extra_key)
            continue;
        auto* const other = static_cast<entry_rights*>(extra);
        if (other->database_ == op.o_bd->be_private && other->op_.o_tag == op.o_tag &&
            to_string_view(other->op_.o_ndn) == to_string_view(op.o_ndn))
            return other;
    }
    return nullptr;
}

const resolved_mapping& entry_rights::mapping()
{
    if (mapping_ == nullptr)
        mapping_ = current_mapping(op_, service_);
    return *mapping_;
}

bool entry_rights::writes() const noexcept
{
    return op_.o_tag == no_request || op_.o_tag == LDAP_REQ_ADD || op_.o_tag == LDAP_REQ_MODIFY ||
           op_.o_tag == LDAP_REQ_MODRDN || op_.o_tag == LDAP_REQ_DELETE ||
           op_.o_tag == LDAP_REQ_EXTENDED;
}

bool entry_rights::moves() const
{
    return op_.orr_nnewSup != nullptr &&
           to_string_view(*op_.orr_nnewSup) != directory::parent_of(to_string_view(op_.o_req_ndn));
}

bool entry_rights::changes_rdn() const
{
    const std::string_view old = directory::rdn_of(to_string_view(op_.o_req_ndn));
    return old != to_string_view(op_.orr_nnewrdn);
}

slap_mask_t entry_rights::on(Entry& e, AttributeDescription& ad)
{
    if (service_.role_rules().empty())
        return 0;
    const std::string_view ndn = to_string_view(e.e_nname);
    if (&ad == slap_schema.si_ad_children)
        return on_children(e);
    const directory::kind* kind = kind_of_row(e);
    if (kind == nullptr) {
        if (const auto container = service_.dn_tree().find(ndn))
            return on_container(container, ad);
        kind = kind_of(e);
    }
    if (kind == nullptr)
        return 0;
    if (writes() || kind->has_children)
        return by_rules(e, ad, *kind);
    // All entries of a kind immediately below another one have the same rights to read.
    const std::string_view place = directory::parent_of(ndn);
    const bool own = roles_.is_own(ndn);
    if (known_.kind != kind || known_.own != own || known_.place != place ||
        known_.client != to_string_view(op_.o_ndn))
        known_ = {kind, own, std::string(place), std::string(to_string_view(op_.o_ndn)), {}};
    for (const auto& [attribute, rights] : known_.rights)
        if (attribute == &ad)
            return rights;
    return known_.rights.emplace_back(&ad, by_rules(e, ad, *kind)).second;
}

slap_mask_t entry_rights::by_rules(Entry& e, AttributeDescription& ad, const directory::kind& of)
{
    const directory::kind* const kind = &of;
    const std::string_view ndn = to_string_view(e.e_nname);
    slap_mask_t out = 0;
    const auto here = roles_.rules_at(ndn);
    if (!here.empty() && are_shown_as_containers(service_, *kind) && !is_password(ad))
        out |= may_read;
    for (const role_rule* rule : here)
        if (rule->concerns(kind->name))
            out |= by_rule(e, ad, *kind, *rule);
    if (roles_.is_own(ndn))
        for (const role_rule* rule : roles_.own_rules())
            if (rule->concerns(kind->name))
                out |= by_rule(e, ad, *kind, *rule);
    return out;
}

slap_mask_t entry_rights::on_container(directory::container_id container,
                                       const AttributeDescription& ad)
{
    return !is_password(ad) && visible_.sees_fixed(container) ? may_read : 0;
}

std::vector<const directory::kind*> entry_rights::kinds_at(std::string_view ndn)
{
    std::vector<const directory::kind*> out;
    const auto place = tree_.locate_row(ndn);
    if (!place.parent)
        return out;
    const directory::place above = tree_.place_of(place.parent);
    for (const directory::kind& k : mapping().map.kinds)
        if (k.may_be_below(above) &&
            same_ignoring_case(mapping().map.attributes[k.rdn().attribute].name, place.attribute))
            out.push_back(&k);
    return out;
}

const directory::kind* entry_rights::kind_of_row(const Entry& e)
{
    const Attribute* const first = e.e_attrs; // the shared ones come first
    for (const directory::kind& k : mapping().map.kinds) {
        const Entry* const shared = mapping().shared[mapping().map.kinds.id_of(k)].holder.get();
        if (first != nullptr && shared != nullptr && shared->e_attrs != nullptr &&
            shared->e_attrs->a_vals == first->a_vals)
            return &k;
    }
    return nullptr;
}

// Of the kinds that it may have, the one with most of its classes.
const directory::kind* entry_rights::kind_of(const Entry& e)
{
    if (const auto noted = kinds_.find(to_string_view(e.e_nname)); noted != kinds_.end())
        return noted->second;
    if (const auto* const known = kind_of_row(e))
        return known;
    const Attribute* const classes = attr_find(e.e_attrs, slap_schema.si_ad_objectClass);
    const directory::kind* out = nullptr;
    std::size_t most = 0;
    for (const directory::kind* k : kinds_at(to_string_view(e.e_nname))) {
        std::size_t shared = 1;
        for (unsigned i = 0; classes != nullptr && i < classes->a_numvals; ++i)
            shared += k->all_classes.contains(to_lower(to_string_view(classes->a_vals[i]))) ? 1 : 0;
        if (shared > most ||
            (shared == most && out != nullptr && k->all_classes.size() < out->all_classes.size())) {
            most = shared;
            out = k;
        }
    }
    return out;
}

// Nobody gets by a change of an entry what the own roles do not permit.
bool entry_rights::may_change(Entry& e, const role_rule& rule, bool usually_covered)
{
    if (rule.targets == role_rule::target::any ||
        (rule.targets == role_rule::target::usual && !usually_covered))
        return true;
    if (roles_.is_own(to_string_view(e.e_nname)))
        return true;
    // A new name, under which slapd asks as well, has no roles yet.
    const std::string_view target =
        to_string_view(op_.o_tag == LDAP_REQ_MODRDN ? op_.o_req_ndn : e.e_nname);
    const auto known = covered_.find(target);
    if (known != covered_.end())
        return known->second;
    target_roles targets(op_, service_);
    return covered_.emplace(target, targets.covers(targets.of(target))).first->second;
}

slap_mask_t entry_rights::on_password(Entry& e, const role_rule& rule)
{
    if (op_.o_tag == LDAP_REQ_ADD)
        return rule.permits(role_action::add) ? ACL_PRIV_WADD : 0;
    return writes() && rule.permits(role_action::password) && may_change(e, rule, true)
               ? ACL_PRIV_WRITE
               : 0;
}

slap_mask_t entry_rights::on_entry(Entry& e, const role_rule& rule)
{
    // Nobody changes what stays hidden; the own entry is known to its owner.
    slap_mask_t out = rule.shows() ? may_read : rule.self ? ACL_PRIV_DISCLOSE : 0;
    const auto permitted = [&](role_action what) {
        return rule.permits(what) && may_change(e, rule, false);
    };
    switch (op_.o_tag) {
    case no_request:
        return out | (rule.permits(role_action::add) ? ACL_PRIV_WADD : 0) |
               (permitted(role_action::remove) ? ACL_PRIV_WDEL : 0) |
               (permitted(role_action::rename) || permitted(role_action::move) ? ACL_PRIV_WRITE
                                                                               : 0);
    case LDAP_REQ_ADD:
        return out | (rule.permits(role_action::add) ? ACL_PRIV_WADD : 0);
    case LDAP_REQ_DELETE:
        return out | (permitted(role_action::remove) ? ACL_PRIV_WDEL : 0);
    case LDAP_REQ_MODRDN:
        return out |
               (permitted(moves() ? role_action::move : role_action::rename) ? ACL_PRIV_WRITE : 0);
    default:
        return out;
    }
}

// Whether the operation changes the attribute only by names of entries of the rule's kind.
bool entry_rights::names_only(Entry& e, AttributeDescription& ad, const role_rule& rule)
{
    if (rule.names.empty())
        return true;
    const auto* const kind = &mapping().map.kinds[mapping().map.kind_named(rule.names)];
    named_entries names(op_, service_, mapping(), visible_);
    const Modifications* mods = op_.o_tag == LDAP_REQ_ADD      ? op_.ora_modlist
                                : op_.o_tag == LDAP_REQ_MODIFY ? op_.orm_modlist
                                                               : nullptr;
    const Attribute* const old = attr_find(e.e_attrs, &ad);
    std::vector<std::string> changed;
    for (; mods != nullptr; mods = mods->sml_next) {
        if (mods->sml_desc != &ad)
            continue;
        std::set<std::string_view> asked;
        const berval* const values =
            mods->sml_nvalues != nullptr ? mods->sml_nvalues : mods->sml_values;
        for (unsigned i = 0; i < mods->sml_numvals; ++i)
            asked.insert(to_string_view(values[i]));
        const bool whole = mods->sml_op == LDAP_MOD_REPLACE ||
                           (mods->sml_op == LDAP_MOD_DELETE && mods->sml_numvals == 0);
        for (unsigned i = 0; old != nullptr && whole && i < old->a_numvals; ++i)
            if (asked.erase(to_string_view(old->a_nvals[i])) == 0)
                changed.emplace_back(to_string_view(old->a_nvals[i]));
        changed.insert(changed.end(), asked.begin(), asked.end());
    }
    return names.are_all_of(ad, changed, *kind);
}

slap_mask_t entry_rights::by_rule(Entry& e, AttributeDescription& ad, const directory::kind& kind,
                                  const role_rule& rule)
{
    if (is_password(ad))
        return on_password(e, rule);
    if (&ad == slap_schema.si_ad_entry)
        return on_entry(e, rule);
    const std::string name = to_lower(to_string_view(ad.ad_type->sat_cname));
    const bool is_rdn =
        same_ignoring_case(mapping().map.attributes[kind.rdn().attribute].name, name);
    const bool finds =
        is_rdn || std::find(found_by.begin(), found_by.end(), name) != found_by.end();
    slap_mask_t out = 0;
    if ((finds && rule.shows()) || (is_about(rule, ad) && rule.permits(role_action::read)))
        out |= may_read;
    const bool members = is_naming(mapping(), ad);
    switch (op_.o_tag) {
    case LDAP_REQ_ADD:
        if (rule.permits(role_action::add) && (finds || is_about(rule, ad)) &&
            (!members || names_only(e, ad, rule)))
            out |= ACL_PRIV_WADD;
        break;
    case no_request:
    case LDAP_REQ_MODIFY:
        if (rule.permits(role_action::modify) && is_about(rule, ad) &&
            may_change(e, rule, members) && (!members || names_only(e, ad, rule)))
            out |= ACL_PRIV_WRITE;
        break;
    case LDAP_REQ_MODRDN:
        if (is_rdn &&
            rule.permits(changes_rdn() || !moves() ? role_action::rename : role_action::move) &&
            may_change(e, rule, false))
            out |= ACL_PRIV_WRITE;
        break;
    default:
        break;
    }
    return out;
}

// What is added to and removed from the entries below a container.
slap_mask_t entry_rights::on_children(const Entry& container)
{
    slap_mask_t rights = ACL_PRIV_WRITE;
    role_action action = role_action::add;
    std::vector<const directory::kind*> kinds;
    switch (op_.o_tag) {
    case LDAP_REQ_ADD:
        kinds = {kind_of(*op_.ora_e)};
        rights = ACL_PRIV_WADD;
        break;
    case LDAP_REQ_DELETE:
        kinds = kinds_of_target();
        action = role_action::remove;
        rights = ACL_PRIV_WDEL;
        break;
    case LDAP_REQ_MODRDN:
        kinds = kinds_of_target();
        action = moves() ? role_action::move : role_action::rename;
        break;
    case no_request: {
        slap_mask_t any = 0;
        for (const role_rule* rule : roles_.rules_at(to_string_view(container.e_nname)))
            any |= (rule->permits(role_action::add) ? ACL_PRIV_WADD : 0) |
                   (rule->permits(role_action::remove) ? ACL_PRIV_WDEL : 0) |
                   (rule->permits(role_action::rename) || rule->permits(role_action::move)
                        ? ACL_PRIV_WRITE
                        : 0);
        return any;
    }
    default:
        return 0;
    }
    const auto here = roles_.rules_at(to_string_view(container.e_nname));
    const auto permits = [&](const role_rule* rule) {
        return rule->permits(action) && std::any_of(kinds.begin(), kinds.end(), [&](const auto* k) {
                   return k != nullptr && rule->concerns(k->name);
               });
    };
    if (std::any_of(here.begin(), here.end(), permits))
        return rights;
    // Who may rename the own entry changes its name below the container.
    const auto& own = roles_.own_rules();
    return op_.o_tag == LDAP_REQ_MODRDN && !moves() &&
                   roles_.is_own(to_string_view(op_.o_req_ndn)) &&
                   std::any_of(own.begin(), own.end(), permits)
               ? rights
               : 0;
}

std::vector<const directory::kind*> entry_rights::kinds_of_target()
{
    const std::string_view ndn = to_string_view(op_.o_req_ndn);
    const auto noted = kinds_.find(ndn);
    return noted != kinds_.end() ? std::vector{noted->second} : kinds_at(ndn);
}

} // namespace pgsql::slapd
