// entry_get.cpp: gives slapd itself one entry by DN: for ACLs by group and set, authz rules and
// overlays.
#include "slapd/core/callbacks.hpp"
#include "slapd/serving/database.hpp"

#include "slapd/entry/entry_source.hpp"

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
    const entry_point here(entry_point::kind::lookup);
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

} // namespace pgsql::slapd
