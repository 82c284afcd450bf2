// modify.cpp: serves Modify by statements that change the entry's row.
#include "slapd/core/callbacks.hpp"

#include "slapd/entry/copied_entry.hpp"
#include "slapd/operation/password_modify.hpp"
#include "slapd/roles/entry_rights.hpp"
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
    const auto row = find_row(op, service, mapping, op.o_req_ndn, visible_to_client(op, mapping));
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
    directory_tree tree(op, service);
    const auto place = tree.locate_row(to_string_view(op.o_req_ndn));
    if (!place.parent)
        return false;
    const auto above = tree.place_of(place.parent);
    const auto& kinds = mapping->map.kinds;
    return std::any_of(kinds.begin(), kinds.end(), [&](const directory::kind& k) {
        return !k.password_change.empty() && k.may_be_below(above) &&
               same_ignoring_case(mapping->map.attributes[k.rdn().attribute].name, place.attribute);
    });
}

// Tools that delete or rename a user remove the name from all groups that show it, also from the
// user's private group, which has no rows.
bool only_leaves_private_group(const directory::kind& kind, const Modifications* mods)
{
    if (!kind.yields_to_kind)
        return false;
    for (; mods != nullptr; mods = mods->sml_next) {
        const std::string name = to_lower(to_string_view(mods->sml_desc->ad_cname));
        if ((mods->sml_flags & SLAP_MOD_INTERNAL) == 0 &&
            (mods->sml_op != LDAP_MOD_DELETE || (name != "memberuid" && name != "member")))
            return false;
    }
    return true;
}

// A membership that is a row of another table follows a rename by itself, before the tool that
// renames changes it.
bool is_idempotent(const resolved_mapping& mapping, const directory::kind& kind,
                   const AttributeDescription& ad)
{
    if (kind.writes->strict_memberships)
        return false;
    const auto id = mapping.map.attribute_named(std::string(to_string_view(ad.ad_cname)));
    if (!id)
        return false;
    if (kind.writes->values.contains(id))
        return true;
    const auto* const list = kind.values_of(id); // member, of the same rows as memberUid
    return list != nullptr &&
           std::any_of(kind.writes->values.begin(), kind.writes->values.end(),
                       [&](const auto& one) { return list->same_rows == one.first; });
}

// Classes that are accepted besides the kind's own are not stored: the entry keeps its classes.
void keep_classes(const directory::kind& kind, const Entry& before, Entry& after)
{
    AttributeDescription* const ad = slap_schema.si_ad_objectClass;
    const Attribute* const asked = attr_find(after.e_attrs, ad);
    bool accepted = false;
    for (unsigned i = 0; asked != nullptr && i < asked->a_numvals; ++i)
        for (const std::string& one : closure({std::string(to_string_view(asked->a_vals[i]))})) {
            if (kind.all_classes.contains(one))
                continue;
            accepted = true;
            if (!kind.writes->accepted_classes.contains(one))
                return; // the schema check, or check_classes(), refuses it
        }
    if (!accepted)
        return;
    const Attribute* const own = attr_find(before.e_attrs, ad);
    attr_delete(&after.e_attrs, ad);
    attr_merge(&after, ad, own->a_vals, own->a_nvals);
}

int modify_entry(Operation& op, SlapReply& rs, service& service)
{
    const commit_csn csn(op);
    entry_rights rights(op, service); // of all steps
    std::shared_ptr<const resolved_mapping> mapping;
    requested_password asked;
    std::optional<new_password> password;
    try {
        mapping = mapping_to_write(op, service);
        asked = password_asked(op);
        if (asked.present) {
            password = prepare_password(op, service, *mapping, asked);
            if (password)
                hide_passwords(op.orm_modlist);
        }
        slap_mods_opattrs(&op, &op.orm_modlist, 1);
    } catch (const operation_refused& why) {
        return send_refusal(op, rs, why);
    }
    const auto check = [&](entry_writer& writer) {
        entry_row row = writer.find(op.o_req_ndn);
        writer.require_disclosed(*row.entry);
        writer.check_assertion(*row.entry);
        writer.require_modifications(*row.entry, op.orm_modlist);
        return row;
    };
    const auto work = [&](entry_writer& writer, const entry_row& row) {
        const bool no_change = only_leaves_private_group(*row.kind, op.orm_modlist);
        if (!no_change)
            writer.require_writable(*row.kind, directory::write_operation::modify);
        writer.read_before(*row.entry);
        if (no_change)
            return writer.read_after(*row.entry);
        const entry_ptr after(entry_dup(row.entry.get()));
        apply_modifications(op, *after, op.orm_modlist, [&](const AttributeDescription& ad) {
            return is_idempotent(writer.mapping(), *row.kind, ad);
        });
        keep_classes(*row.kind, *row.entry, *after);
        check_schema(op, writer.mapping(), *row.kind, *after, row.entry->e_attrs);
        writer.check_classes(*row.kind, *after);
        directory::change_set change = writer.change_of(directory::write_operation::modify, &row);
        writer.add_difference(change, *row.kind, row.entry.get(), *after);
        if (asked.present)
            writer.require_unchanged(password && password->add_to(change, &row));
        writer.store(*row.kind, change, op.o_req_ndn);
    };
    return write_entry(op, rs, service, *mapping, {to_string_view(op.o_req_ndn)}, check, work);
}

// slapo-syncprov stores its contextCSN.
bool is_checkpoint(const Operation& op) noexcept
{
    return op.o_dont_replicate != 0 && op.orm_modlist != nullptr &&
           op.orm_modlist->sml_desc == slap_schema.si_ad_contextCSN &&
           op.orm_modlist->sml_next == nullptr;
}

} // namespace

extern "C" int pgsql_modify(Operation* op, SlapReply* rs) noexcept
{
    if (is_checkpoint(*op)) { // the state of the feed has its own contextCSN
        rs->sr_err = LDAP_SUCCESS;
        send_ldap_result(op, rs);
        return LDAP_SUCCESS;
    }
    if (auto* const replayed = replayed_change::of(*op))
        return replayed->run(*rs);
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
