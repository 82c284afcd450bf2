// entry_get.cpp: returns an entry by DN to slapd itself, for ACLs by group and set, authz rules and
// overlays.
#include "slapd/core/callbacks.hpp"
#include "slapd/serving/database.hpp"

#include "slapd/entry/copied_entry.hpp"
#include "slapd/entry/entry_finder.hpp"
#include "slapd/roles/entry_rights.hpp"
#include "slapd/worker/operation_limits.hpp"

namespace pgsql::slapd {
namespace {

// What the client of a search or compare may see: slapo-sssvlv reads the entries of a search again,
// to send them in its order, perhaps in a later search, and slapd itself reads entries to compare
// hasSubordinates.
class client_view {
public:
    client_view(Operation& op, service& service)
        : op_(op), service_(service), rights_(entry_rights::find(op)),
          visible_(rights_ != nullptr ? rights_->visible() : own_.emplace(op, service))
    {}
    client_view(const client_view&) = delete;
    client_view& operator=(const client_view&) = delete;

    [[nodiscard]] bool sees(directory::container_id fixed)
    {
        return !visible_.limited() || visible_.sees_fixed(fixed);
    }
    /// Hides values. False if the client may not see the entry.
    [[nodiscard]] bool sees(Entry& e, const directory::kind& kind, const resolved_mapping& mapping)
    {
        if (!visible_.limited())
            return true;
        if (!visible_.sees(kind, to_string_view(e.e_nname)))
            return false;
        named_entries names(op_, service_, mapping, visible_);
        if (names.concerns(kind) && names.hides())
            names.hide({&e});
        if (rights_ != nullptr)
            rights_->note_kind(to_string_view(e.e_nname), kind);
        return true;
    }

private:
    Operation& op_;
    service& service_;
    entry_rights* const rights_;
    std::optional<visible_rows> own_;
    visible_rows& visible_;
};

// slapo-syncprov reads the entries that an operation changes, and sends them to replicas.
void complete_for_replicas(const Operation& op, const service& service, Entry& e)
{
    const bool writes = op.o_tag == LDAP_REQ_ADD || op.o_tag == LDAP_REQ_MODIFY ||
                        op.o_tag == LDAP_REQ_MODRDN || op.o_tag == LDAP_REQ_DELETE;
    if (!service.replicates || !writes)
        return;
    const auto known = service.feed->find(to_string_view(e.e_nname));
    if (replayed_change::find(op) == nullptr && !BER_BVISEMPTY(&op.o_csn))
        complete_copy(e, replication::stamp_of(to_string_view(op.o_csn)));
    else if (known)
        complete_copy(e, *known);
}

entry_ptr copy_of(Operation& op, service& service, const berval& ndn, bool to_client)
{
    const auto* const replayed = replayed_change::find(op);
    if (replayed != nullptr)
        if (auto known = replayed->entry();
            known != nullptr && to_string_view(known->e_nname) == to_string_view(ndn)) {
            complete_for_replicas(op, service, *known);
            return known;
        }
    std::optional<client_view> client;
    if (to_client && !service.role_rules().empty())
        client.emplace(op, service);
    if (const auto container = service.dn_tree().find(to_string_view(ndn))) {
        if (client && !client->sees(container))
            return nullptr;
        entry_ptr out(entry_dup(&service.container(container)));
        complete_for_replicas(op, service, *out);
        return out;
    }
    const auto mapping = current_mapping(op, service);
    entry_ptr out;
    directory::selection selection =
        replayed != nullptr ? copied_attributes(*mapping) : all_attributes();
    selection.password = selection.shows_password =
        replayed != nullptr && !service.feed_password_ndn.empty();
    entry_finder finder(op, service, *mapping, ndn,
                        directory::filter::constant_of(directory::truth::yes), selection, {},
                        replayed != nullptr);
    bool has_password = false;
    const directory::kind* kind = nullptr;
    while (const candidate* found = finder.next()) {
        if (is_hidden(*found))
            continue;
        out.reset(entry_dup(found->entry));
        kind = found->plan->entry_kind;
        has_password = !kind->password_column.empty();
    }
    if (out != nullptr && client && !client->sees(*out, *kind, *mapping))
        return nullptr;
    if (out != nullptr)
        complete_for_replicas(op, service, *out);
    if (replayed != nullptr)
        replayed->complete(out.get());
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
        // Access rules by groups and sets ask for a class or an attribute.
        const bool to_client = (op->o_tag == LDAP_REQ_SEARCH || op->o_tag == LDAP_REQ_COMPARE) &&
                               oc == nullptr && at == nullptr;
        entry_ptr found = copy_of(*op, *service, *ndn, to_client);
        // At its start, slapo-syncprov would conclude from a contextCSN that its empty log has all
        // changes since then, and not compare replicas with the entries.
        if (found != nullptr && at == slap_schema.si_ad_contextCSN && service->replicates) {
            if (!service->feed->ready())
                return LDAP_NO_SUCH_OBJECT;
            const std::string csn = service->feed->context_csn();
            berval value = to_berval(csn);
            (void)attr_merge_one(found.get(), slap_schema.si_ad_contextCSN, &value, &value);
        }
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
