// entry_get.cpp: returns an entry by DN to slapd itself, for ACLs by group and set, authz rules and
// overlays.
#include "slapd/core/callbacks.hpp"
#include "slapd/serving/database.hpp"

#include "slapd/entry/entry_finder.hpp"
#include "slapd/worker/operation_limits.hpp"

namespace pgsql::slapd {
namespace {

entry_ptr copy_of(Operation& op, service& service, const berval& ndn)
{
    if (const auto container = service.dn_tree().find(to_string_view(ndn)))
        return entry_ptr(entry_dup(&service.container(container)));
    const auto mapping = current_mapping(op, service);
    entry_ptr out;
    entry_finder finder(op, service, *mapping, ndn,
                        directory::filter::constant_of(directory::truth::yes), all_attributes());
    bool has_password = false;
    while (const candidate* found = finder.next()) {
        out.reset(entry_dup(found->entry));
        has_password = !found->plan->entry_kind->password_column.empty();
    }
    // After a bind, slapo-ppolicy keeps account of failures only for entries with a password
    // (ppolicy_bind_response). It compares the value with nothing then.
    if (out != nullptr && has_password && op.o_tag == LDAP_REQ_BIND) {
        berval hidden = to_berval("{ARGON2}*");
        attr_merge_one(out.get(), slap_schema.si_ad_userPassword, &hidden, nullptr);
    }
    return out;
}

} // namespace

extern "C" int pgsql_entry_get(Operation* op, berval* ndn, ObjectClass* oc,
                               AttributeDescription* at, int, Entry** e) noexcept
{
    const entry_point here(entry_point::kind::lookup);
    *e = nullptr;
    std::shared_ptr<service> service;
    try {
        service = database_of(*op->o_bd).serving(*op->o_bd);
        entry_ptr found = copy_of(*op, *service, *ndn);
        if (found == nullptr)
            return LDAP_NO_SUCH_OBJECT;
        if ((oc != nullptr && is_entry_objectclass(found.get(), oc, 0) == 0) ||
            (at != nullptr && attr_find(found->e_attrs, at) == nullptr))
            return LDAP_NO_SUCH_ATTRIBUTE;
        *e = found.release(); // slapd frees it
        return LDAP_SUCCESS;
    } catch (...) {
        if (auto* const limits = operation_limits::find(*op))
            limits->note_failure();
        const failure failure = report_exception(*op, service.get());
        override_client_result(*op, failure); // callers treat every code as "no such entry"
        return failure.code;
    }
}

// Does what slapd does by default. Required by slapo-dynlist 2.5, which treats the backend as an
// overlay once its search has begun: without a release function slapd then crashes.
extern "C" int pgsql_entry_release(Operation*, Entry* e, int) noexcept
{
    entry_free(e);
    return LDAP_SUCCESS;
}

} // namespace pgsql::slapd
