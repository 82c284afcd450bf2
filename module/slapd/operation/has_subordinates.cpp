// has_subordinates.cpp: determines hasSubordinates: whether entries exist below an entry.
#include "slapd/operation/has_subordinates.hpp"
#include "slapd/serving/database.hpp"

#include "slapd/core/callbacks.hpp"

#include "slapd/entry/entry_stream.hpp"
#include "slapd/roles/entry_rights.hpp"

#include <algorithm>

namespace pgsql::slapd {
namespace {

char extra_key; // its address identifies this type of OpExtra

bool uses_has_subordinates(const Filter* f)
{
    for (; f != nullptr; f = f->f_next) {
        switch (f->f_choice) {
        case LDAP_FILTER_AND:
        case LDAP_FILTER_OR:
        case LDAP_FILTER_NOT:
            if (uses_has_subordinates(f->f_list))
                return true;
            break;
        case LDAP_FILTER_EQUALITY:
        case LDAP_FILTER_APPROX: // the only terms for which test_filter calls this backend
            if (f->f_av_desc == slap_schema.si_ad_hasSubordinates)
                return true;
            break;
        default:
            break;
        }
    }
    return false;
}

// EXISTS is not enough, because an invalid row is no entry: rows are read until one becomes an
// entry, nearly always the first.
constexpr int rows_per_page = 10;

bool has_rows_below(Operation& op, service& service, directory_tree& tree, visible_rows& visible,
                    directory::container_id container)
{
    const operation_limits limits(op, service, false);
    const auto mapping = current_mapping(op, service);
    const directory::place above = tree.place_of(container);
    for (std::size_t i = 0; i < mapping->map.kinds.size(); ++i) {
        auto below = rows_at(mapping->map.kinds[i], above);
        if (below)
            below = visible.among(*mapping, directory::kind_id(i), *below);
        if (!below)
            continue;
        auto plan = directory::make_plan(mapping->map, mapping->map.kinds[i], *below, {});
        if (!plan)
            continue;
        plan->rows = rows_per_page;
        if (entry_stream(op, service, *mapping, *plan).next() != nullptr)
            return true;
    }
    return false;
}

} // namespace

bool has_entries_below(Operation& op, service& service, directory_tree& tree,
                       directory::container_id container)
{
    std::optional<visible_rows> own;
    auto* const rights = entry_rights::find(op);
    visible_rows& visible = rights != nullptr ? rights->visible() : own.emplace(op, service);
    const bool has_containers =
        visible.limited()
            ? visible.sees_below(*current_mapping(op, service), container)
            : tree.fixed().has_containers_below(container) ||
                  (!tree.is_fixed(container) && tree.whole().has_containers_below(container));
    return has_containers || has_rows_below(op, service, tree, visible, container);
}

has_subordinates::has_subordinates(Operation& op, service& service)
    : OpExtra{}, op_(op), service_(service), tree_(op, service),
      in_filter_(
          uses_has_subordinates(op.ors_filter) ||
          (get_assert(&op) && uses_has_subordinates(static_cast<Filter*>(get_assertion(&op))))),
      in_attributes_(SLAP_OPATTRS(slap_attr_flags(op.ors_attrs)) ||
                     (op.ors_attrs != nullptr &&
                      ad_inlist(slap_schema.si_ad_hasSubordinates, op.ors_attrs) != 0))
{
    oe_key = &extra_key;
    LDAP_SLIST_INSERT_HEAD(&op_.o_extra, static_cast<OpExtra*>(this), oe_next);
}

has_subordinates::~has_subordinates()
{
    LDAP_SLIST_REMOVE(&op_.o_extra, static_cast<OpExtra*>(this), OpExtra, oe_next);
}

void has_subordinates::determine(const Entry& e)
{
    const auto container = tree_.find(to_string_view(e.e_nname));
    if (container && !known_.contains(to_string_view(e.e_nname)))
        known_[std::string(to_string_view(e.e_nname))] =
            has_entries_below(op_, service_, tree_, container);
}

std::optional<bool> has_subordinates::find_known(const Operation& op, const service& service,
                                                 std::string_view ndn)
{
    OpExtra* extra = nullptr;
    LDAP_SLIST_FOREACH(extra, &op.o_extra, oe_next)
    {
        if (extra->oe_key != &extra_key)
            continue;
        const auto& extension = *static_cast<has_subordinates*>(extra);
        const auto found = extension.known_.find(ndn);
        if (&extension.service_ == &service && found != extension.known_.end())
            return found->second;
    }
    return std::nullopt;
}

extern "C" int pgsql_has_subordinates(Operation* op, Entry* e, int* has) noexcept
{
    const entry_point here(entry_point::kind::lookup);
    std::shared_ptr<service> service;
    try {
        service = database_of(*op->o_bd).serving(*op->o_bd);
        directory_tree tree(*op, *service);
        const auto container = tree.find(to_string_view(e->e_nname));
        bool below = false; // only containers have entries below them
        if (container) {
            const auto known =
                has_subordinates::find_known(*op, *service, to_string_view(e->e_nname));
            below = known ? *known : has_entries_below(*op, *service, tree, container);
        }
        *has = below ? LDAP_COMPARE_TRUE : LDAP_COMPARE_FALSE;
        return LDAP_SUCCESS;
    } catch (...) {
        return report_exception(*op, service.get()).code;
    }
}

extern "C" int pgsql_operational(Operation* op, SlapReply* rs) noexcept
{
    AttributeDescription* description = slap_schema.si_ad_hasSubordinates;
    if (!SLAP_OPATTRS(rs->sr_attr_flags) && ad_inlist(description, rs->sr_attrs) == 0)
        return LDAP_SUCCESS;
    Attribute** last = &rs->sr_operational_attrs;
    for (; *last != nullptr; last = &(*last)->a_next)
        if ((*last)->a_desc == description)
            return LDAP_SUCCESS;
    int has = LDAP_COMPARE_FALSE;
    const int code = pgsql_has_subordinates(op, rs->sr_entry, &has);
    if (code == LDAP_SUCCESS)
        *last = slap_operational_hasSubordinate(has == LDAP_COMPARE_TRUE ? 1 : 0);
    return code;
}

} // namespace pgsql::slapd
