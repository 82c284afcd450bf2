// has_subordinates.cpp: says whether entries lie below an entry: hasSubordinates.
#include "slapd/operation/has_subordinates.hpp"
#include "slapd/serving/database.hpp"

#include "slapd/core/callbacks.hpp"

#include <algorithm>

namespace pgsql::slapd {
namespace {

char mark_of_ours; // its address tells our OpExtra from others'

bool about_it(const Filter* f)
{
    for (; f != nullptr; f = f->f_next) {
        switch (f->f_choice) {
        case LDAP_FILTER_AND:
        case LDAP_FILTER_OR:
        case LDAP_FILTER_NOT:
            if (about_it(f->f_list))
                return true;
            break;
        case LDAP_FILTER_EQUALITY:
        case LDAP_FILTER_APPROX: // the only terms that test_filter takes to us
            if (f->f_av_desc == slap_schema.si_ad_hasSubordinates)
                return true;
            break;
        default:
            break;
        }
    }
    return false;
}

// A row that makes no entry does not count, so that it takes more than EXISTS: the rows are looked
// at until one makes an entry, which is nearly always the first.
constexpr int rows_at_once = 10;

bool rows_below(Operation& op, service& service, int fixed)
{
    const operation_limits limits(op, service, false);
    const auto mapping = current_mapping(op, service);
    for (std::size_t i = 0; i < mapping->map.kinds.size(); ++i) {
        if (mapping->shared[i].parent != fixed)
            continue;
        auto plan = directory::make_plan(mapping->map, mapping->map.kinds[i],
                                         directory::filter::constant_of(directory::truth::yes), {});
        if (!plan)
            continue;
        plan->rows = rows_at_once;
        if (!for_each_entry(op, service, *mapping, *plan, [](candidate&) { return false; }))
            return true;
    }
    return false;
}

bool entries_below(Operation& op, service& service, int fixed)
{
    const auto& entries = service.dn_tree().entries();
    return std::any_of(entries.begin(), entries.end(),
                       [&](const auto& e) { return e.parent == fixed; }) ||
           rows_below(op, service, fixed);
}

} // namespace

has_subordinates::has_subordinates(Operation& op, service& service)
    : OpExtra{}, op_(op), service_(service),
      in_filter_(about_it(op.ors_filter) ||
                 (get_assert(&op) && about_it(static_cast<Filter*>(get_assertion(&op))))),
      in_attributes_(SLAP_OPATTRS(slap_attr_flags(op.ors_attrs)) ||
                     (op.ors_attrs != nullptr &&
                      ad_inlist(slap_schema.si_ad_hasSubordinates, op.ors_attrs) != 0))
{
    oe_key = &mark_of_ours;
    LDAP_SLIST_INSERT_HEAD(&op_.o_extra, static_cast<OpExtra*>(this), oe_next);
}

has_subordinates::~has_subordinates()
{
    LDAP_SLIST_REMOVE(&op_.o_extra, static_cast<OpExtra*>(this), OpExtra, oe_next);
}

void has_subordinates::find_out(const Entry& e)
{
    const int fixed = service_.dn_tree().find(to_string_view(e.e_nname));
    if (fixed >= 0 && !known_.contains(fixed))
        known_[fixed] = entries_below(op_, service_, fixed);
}

std::optional<bool> has_subordinates::find_known(const Operation& op, const service& service,
                                                 int fixed)
{
    OpExtra* extra = nullptr;
    LDAP_SLIST_FOREACH(extra, &op.o_extra, oe_next)
    {
        if (extra->oe_key != &mark_of_ours)
            continue;
        const auto& ours = *static_cast<has_subordinates*>(extra);
        const auto found = ours.known_.find(fixed);
        if (&ours.service_ == &service && found != ours.known_.end())
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
        const int fixed = service->dn_tree().find(to_string_view(e->e_nname));
        bool below = false; // entries of rows have none
        if (fixed >= 0) {
            const auto known = has_subordinates::find_known(*op, *service, fixed);
            below = known ? *known : entries_below(*op, *service, fixed);
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
