// fetch.cpp: gives slapd itself one entry by DN: for ACLs by group and set, authz rules and
// overlays.
#include "operations.hpp"

#include "candidates.hpp"

namespace pgsql::slapd {
namespace {

Entry* fetch(Operation& op, service& with, const berval& ndn)
{
    if (const int fixed = with.where().find(view(ndn)); fixed >= 0)
        return entry_dup(&with.fixed(fixed));
    const auto mapping = mapping_of(op, with);
    Entry* out = nullptr;
    visit_entry(op, with, *mapping, ndn, directory::filter::of(directory::truth::yes), everything(),
                [&](candidate& c) {
                    out = entry_dup(&c.entry); // slapd keeps it past this page and frees it
                    return true;
                });
    return out;
}

} // namespace

extern "C" int pgsql_entry_get(Operation* op, berval* ndn, ObjectClass* oc,
                               AttributeDescription* at, int, Entry** e) noexcept
{
    *e = nullptr;
    std::shared_ptr<service> with;
    try {
        with = database_of(*op->o_bd).serving(*op->o_bd);
        own_entry found(fetch(*op, *with, *ndn));
        if (found == nullptr)
            return LDAP_NO_SUCH_OBJECT;
        if ((oc != nullptr && is_entry_objectclass(found.get(), oc, 0) == 0) ||
            (at != nullptr && attr_find(found->e_attrs, at) == nullptr))
            return LDAP_NO_SUCH_ATTRIBUTE;
        *e = found.release();
        return LDAP_SUCCESS;
    } catch (const database_gone&) {
        return LDAP_UNAVAILABLE;
    } catch (...) {
        const failure told = explain(*op, with.get());
        have_last_word(*op, told); // callers take any code for "there is none"
        return told.code;
    }
}

// What slapd would do without it, were it not for slapo-dynlist 2.5, which mistakes us for an
// overlay once its search has begun: then whoever has no release crashes slapd.
extern "C" int pgsql_entry_release(Operation*, Entry* e, int) noexcept
{
    entry_free(e);
    return LDAP_SUCCESS;
}

extern "C" int pgsql_has_subordinates(Operation* op, Entry* e, int* has) noexcept
{
    try {
        const auto with = database_of(*op->o_bd).serving(*op->o_bd);
        *has = with->where().find(view(e->e_nname)) >= 0 ? LDAP_COMPARE_TRUE : LDAP_COMPARE_FALSE;
        return LDAP_SUCCESS;
    } catch (...) {
        return explain(*op, nullptr).code;
    }
}

extern "C" int pgsql_operational(Operation* op, SlapReply* rs) noexcept
{
    AttributeDescription* what = slap_schema.si_ad_hasSubordinates;
    if (!SLAP_OPATTRS(rs->sr_attr_flags) && ad_inlist(what, rs->sr_attrs) == 0)
        return LDAP_SUCCESS;
    Attribute** last = &rs->sr_operational_attrs;
    for (; *last != nullptr; last = &(*last)->a_next)
        if ((*last)->a_desc == what)
            return LDAP_SUCCESS;
    int has = LDAP_COMPARE_FALSE;
    const int code = pgsql_has_subordinates(op, rs->sr_entry, &has);
    if (code == LDAP_SUCCESS)
        *last = slap_operational_hasSubordinate(has == LDAP_COMPARE_TRUE ? 1 : 0);
    return code;
}

} // namespace pgsql::slapd
