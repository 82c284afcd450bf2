// add.cpp: serves Add by a statement that inserts the entry's row.
#include "slapd/core/callbacks.hpp"

#include "slapd/entry/copied_entry.hpp"
#include "slapd/roles/entry_rights.hpp"
#include "slapd/worker/result.hpp"
#include "slapd/write/entry_writer.hpp"
#include "slapd/write/new_entry.hpp"
#include "slapd/write/schema_check.hpp"

namespace pgsql::slapd {
namespace {

// Before the transaction: checks the access and makes the hash, which takes time. Nothing if the
// transaction will refuse the operation anyway.
std::optional<new_password> prepare_password(Operation& op, service& service,
                                             const resolved_mapping& mapping, Entry& e)
{
    const requested_password asked = password_of(e);
    if (!asked.present)
        return std::nullopt;
    directory_tree tree(op, service);
    const std::string parent(directory::parent_of(to_string_view(e.e_nname)));
    const auto above = tree.find(parent);
    std::optional<entry_row> row;
    if (above && !tree.is_fixed(above))
        row = find_row(op, service, mapping, to_berval(parent));
    if (!above || (!row && !tree.is_fixed(above)) ||
        access_allowed(&op, row ? row->entry.get() : &service.container(above),
                       slap_schema.si_ad_children, nullptr, ACL_WADD, nullptr) == 0 ||
        access_allowed(&op, &e, slap_schema.si_ad_entry, nullptr, ACL_WADD, nullptr) == 0)
        return std::nullopt;
    return std::optional<new_password>(std::in_place, op, service, asked, nullptr);
}

// Whether roles hide what the entry would be below.
bool hides_place(Operation& op, service& service, const resolved_mapping& mapping,
                 directory_tree& tree, const Entry& e)
{
    if (service.role_rules().empty())
        return false;
    const std::string parent(directory::parent_of(to_string_view(e.e_nname)));
    const auto above = tree.find(parent);
    std::optional<entry_row> row;
    // Without a statement, as for a place that does not exist.
    if (above && hides_container(op, mapping, tree.container(above)))
        return true;
    if (above && !tree.is_fixed(above))
        row = find_row(op, service, mapping, to_berval(parent), visible_to_client(op, mapping));
    Entry* const shown = row                             ? row->entry.get()
                         : above && tree.is_fixed(above) ? &service.container(above)
                                                         : nullptr;
    return shown == nullptr ||
           access_allowed(&op, shown, slap_schema.si_ad_entry, nullptr, ACL_DISCLOSE, nullptr) == 0;
}

// The order of the checks is back-mdb's (add.c), but for the existence of the entry.
int add_entry(Operation& op, SlapReply& rs, service& service)
{
    const commit_csn csn(op);
    entry_rights rights(op, service); // of all steps
    directory_tree tree(op, service);
    Entry& e = *op.ora_e;
    const directory::kind* kind = nullptr;
    std::shared_ptr<const resolved_mapping> mapping;
    std::optional<new_password> password;
    try {
        mapping = mapping_to_write(op, service);
        kind = kind_of_new_entry(tree, *mapping, e);
        if (kind != nullptr && hides_place(op, service, *mapping, tree, e))
            kind = nullptr; // as for a place that does not exist
        if (kind != nullptr)
            rights.note_kind(to_string_view(e.e_nname), *kind);
        prepare_new_entry(op, *mapping, kind, e);
        std::array<char, SLAP_TEXT_BUFLEN> buffer{};
        const char* text = nullptr;
        if (const int code = slap_add_opattrs(&op, &text, buffer.data(), buffer.size(), 1);
            code != LDAP_SUCCESS)
            throw operation_refused(code, text != nullptr ? text : "");
        if (kind != nullptr)
            password = prepare_password(op, service, *mapping, e);
        if (password) {
            hide_passwords(e);
            hide_passwords(op.ora_modlist);
        }
    } catch (const operation_refused& why) {
        return send_refusal(op, rs, why);
    }
    const auto check = [&](entry_writer& writer) {
        writer.check_assertion(e);
        (void)writer.require_children(e.e_nname, ACL_WADD, "no write access to parent");
        writer.require(e, slap_schema.si_ad_entry, ACL_WADD, "no write access to entry");
        writer.require_modifications(e, op.ora_modlist);
        return entry_row();
    };
    const auto work = [&](entry_writer& writer, const entry_row&) {
        // Only who may add it learns that an entry exists.
        if (writer.exists(e.e_nname))
            throw operation_refused(LDAP_ALREADY_EXISTS);
        if (!tree.find(directory::parent_of(to_string_view(e.e_nname))))
            throw operation_refused(LDAP_UNWILLING_TO_PERFORM,
                                    "entries cannot have subordinates here");
        if (kind == nullptr)
            throw operation_refused(LDAP_UNWILLING_TO_PERFORM,
                                    "entries with such a name cannot be added there");
        writer.check_classes(*kind, e);
        directory::change_set change = writer.change_of(directory::write_operation::add, nullptr);
        writer.add_difference(change, *kind, nullptr, e);
        if (password_of(e).present)
            writer.require_unchanged(password && password->add_to(change, nullptr));
        writer.store(*kind, change, e.e_nname);
    };
    return write_entry(op, rs, service, *mapping, {to_string_view(op.o_req_ndn)}, check, work);
}

} // namespace

extern "C" int pgsql_add(Operation* op, SlapReply* rs) noexcept
{
    if (auto* const replayed = replayed_change::of(*op))
        return replayed->run(*rs);
    return run_counted_operation(operation_stats::add, op, rs,
                                 [&](service& service) { return add_entry(*op, *rs, service); });
}

} // namespace pgsql::slapd
