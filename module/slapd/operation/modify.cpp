// modify.cpp: serves Modify by statements that change the entry's row.
#include "slapd/core/callbacks.hpp"

#include "slapd/operation/password_modify.hpp"
#include "slapd/worker/result.hpp"
#include "slapd/write/entry_difference.hpp"
#include "slapd/write/entry_writer.hpp"
#include "slapd/write/modifications.hpp"
#include "slapd/write/new_password.hpp"
#include "slapd/write/schema_check.hpp"

#include "slapd/auth/account.hpp"

#include "base/ascii.hpp"

#include <algorithm>

namespace pgsql::slapd {
namespace {

requested_password password_asked(const Operation& op)
{
    if (const password_request* const request = password_request_of(op)) {
        requested_password out{
            .present = true, .value = request->new_password, .by_extended_operation = true};
        if (!BER_BVISNULL(request->old_password))
            out.old_value = request->old_password;
        return out;
    }
    return password_in(op.orm_modlist);
}

// Before the transaction: checks the access and makes the hash, which takes time. Nothing if the
// transaction will refuse the operation anyway.
std::optional<new_password> prepare_password(Operation& op, service& service,
                                             const resolved_mapping& mapping,
                                             const requested_password& asked)
{
    const auto row = find_row(op, service, mapping, op.o_req_ndn);
    if (!row || !row->kind->writes || acl_check_modlist(&op, row->entry.get(), op.orm_modlist) == 0)
        return std::nullopt;
    if (dn_match(&op.o_ndn, &op.o_req_ndn) != 0 && find_account(op, service, mapping).locked)
        throw operation_refused(LDAP_INSUFFICIENT_ACCESS, "this account may not log in any more");
    return std::optional<new_password>(std::in_place, op, service, asked, &*row);
}

// Whether pgsql-password-change serves the kind of the entry.
bool has_password_change(Operation& op, service& service)
{
    const auto mapping = current_mapping(op, service);
    const auto place = service.dn_tree().locate(to_string_view(op.o_req_ndn));
    const auto& kinds = mapping->map.kinds;
    return std::any_of(kinds.begin(), kinds.end(), [&](const directory::kind& k) {
        return !k.password_change.empty() &&
               mapping->shared[kinds.id_of(k)].parent == place.parent &&
               same_ignoring_case(mapping->map.attributes[k.rdn().attribute].name, place.attribute);
    });
}

int modify_entry(Operation& op, SlapReply& rs, service& service)
{
    const commit_csn csn(op);
    std::shared_ptr<const resolved_mapping> mapping;
    requested_password asked;
    std::optional<new_password> password;
    try {
        mapping = mapping_to_write(op, service);
        asked = password_asked(op);
        if (asked.present)
            password = prepare_password(op, service, *mapping, asked);
        slap_mods_opattrs(&op, &op.orm_modlist, 1);
    } catch (const operation_refused& why) {
        return send_refusal(op, rs, why);
    }
    return write_entry(
        op, rs, service, *mapping, {to_string_view(op.o_req_ndn)}, [&](entry_writer& writer) {
            const entry_row row = writer.find(op.o_req_ndn, directory::write_operation::modify);
            writer.check_assertion(*row.entry);
            writer.read_before(*row.entry);
            writer.require_modifications(*row.entry, op.orm_modlist);
            const entry_ptr after(entry_dup(row.entry.get()));
            apply_modifications(op, *after, op.orm_modlist);
            check_schema(op, writer.mapping(), *row.kind, *after, row.entry->e_attrs);
            writer.check_classes(*row.kind, *after);
            directory::change_set change =
                writer.change_of(directory::write_operation::modify, &row);
            change.attributes =
                difference_of(service, writer.mapping(), *row.kind, row.entry.get(), after.get());
            if (asked.present)
                writer.require_unchanged(password && password->add_to(change, &row));
            writer.store(*row.kind, change, op.o_req_ndn);
        });
}

} // namespace

extern "C" int pgsql_modify(Operation* op, SlapReply* rs) noexcept
{
    // pgsql_extended counts the operation that this modification belongs to.
    if (const password_request* const request = password_request_of(*op))
        return run_operation(op, rs, [&](service& service) {
            return service.writes() && !has_password_change(*op, service)
                       ? modify_entry(*op, *rs, service)
                       : modify_password(*op, *rs, service, *request);
        });
    return run_counted_operation(operation_stats::modify, op, rs,
                                 [&](service& service) { return modify_entry(*op, *rs, service); });
}

} // namespace pgsql::slapd
