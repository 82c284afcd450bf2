// modrdn.cpp: serves Modify DN by a statement that changes the key of the entry's row.
#include "slapd/core/callbacks.hpp"

#include "mapping/row_tree.hpp"
#include "slapd/roles/entry_rights.hpp"
#include "slapd/worker/result.hpp"
#include "slapd/write/entry_difference.hpp"
#include "slapd/write/entry_writer.hpp"
#include "slapd/write/modifications.hpp"
#include "slapd/write/schema_check.hpp"

namespace pgsql::slapd {
namespace {

struct slapd_free {
    void operator()(char* text) const noexcept { ch_free(text); }
};

// A DN in both forms.
struct new_dn {
    std::string pretty;
    std::string normalized;
};

new_dn new_dn_of(Operation& op)
{
    berval parent{};
    if (op.orr_newSup != nullptr)
        parent = *op.orr_newSup;
    else
        dnParent(&op.o_req_dn, &parent);
    berval joined{};
    build_new_dn(&joined, &parent, &op.orr_newrdn, nullptr);
    const std::unique_ptr<char, slapd_free> held(joined.bv_val);
    berval normalized{};
    if (dnNormalize(0, nullptr, nullptr, &joined, &normalized, nullptr) != LDAP_SUCCESS)
        throw operation_refused(LDAP_INVALID_DN_SYNTAX, "invalid new name");
    const std::unique_ptr<char, slapd_free> held_too(normalized.bv_val);
    return {std::string(to_string_view(joined)), std::string(to_string_view(normalized))};
}

void check_superior(Operation& op, entry_writer& writer, const entry_row& row)
{
    if (op.orr_newSup == nullptr)
        return;
    const berval& superior = *op.orr_nnewSup;
    directory_tree& tree = writer.tree();
    const auto found = tree.find(to_string_view(superior));
    const auto missing = [] {
        return operation_refused(LDAP_NO_SUCH_OBJECT, "new superior not found");
    };
    if (dnIsSuffix(&superior, &row.entry->e_nname) != 0)
        throw missing();
    if (!found) {
        if (!writer.is_disclosed(superior))
            throw missing();
        throw operation_refused(LDAP_UNWILLING_TO_PERFORM, "entries cannot have subordinates here");
    }
    if (to_string_view(superior) == directory::parent_of(to_string_view(row.entry->e_nname)))
        return;
    bool exists = true;
    try {
        exists = writer.require_children_of(to_string_view(superior), ACL_WADD,
                                            "no write access to new superior's children");
    } catch (const operation_refused& why) {
        if (why.code != LDAP_NO_SUCH_OBJECT)
            throw;
        exists = false; // as far as the client may know
    }
    if (!exists)
        throw missing();
    if (tree.levels_below(tree.find(to_string_view(row.entry->e_nname))) + tree.level_of(found) >=
        directory::deepest_row)
        throw operation_refused(LDAP_UNWILLING_TO_PERFORM, "entries would be too deep there");
    if (!row.kind->may_be_below(tree.place_of(found)))
        throw operation_refused(LDAP_UNWILLING_TO_PERFORM,
                                "entries of this kind cannot be moved there");
}

// The order of the checks is back-mdb's (modrdn.c).
int rename_entry(Operation& op, SlapReply& rs, service& service)
{
    const commit_csn csn(op);
    entry_rights rights(op, service); // of all steps
    new_dn to;
    std::shared_ptr<const resolved_mapping> mapping;
    try {
        mapping = mapping_to_write(op, service);
        to = new_dn_of(op);
        slap_mods_opattrs(&op, &op.orr_modlist, 1);
    } catch (const operation_refused& why) {
        return send_refusal(op, rs, why);
    }
    const berval new_ndn = to_berval(to.normalized);
    std::vector<std::string_view> dns = {to_string_view(op.o_req_ndn)};
    if (to.normalized != dns.front())
        dns.emplace_back(to.normalized);
    const auto check = [&](entry_writer& writer) {
        writer.require_visible(op.o_req_ndn);
        (void)writer.require_children(op.o_req_ndn, op.orr_newSup == nullptr ? ACL_WRITE : ACL_WDEL,
                                      "no write access to parent's children");
        entry_row row = writer.find(op.o_req_ndn);
        writer.require_disclosed(*row.entry);
        writer.check_assertion(*row.entry);
        writer.require(*row.entry, slap_schema.si_ad_entry, ACL_WRITE,
                       "no write access to old entry");
        return row;
    };
    const auto work = [&](entry_writer& writer, const entry_row& row) {
        writer.require_writable(*row.kind, directory::write_operation::rename);
        check_superior(op, writer, row);
        if (to.normalized != to_string_view(op.o_req_ndn) && writer.exists(new_ndn))
            throw operation_refused(LDAP_ALREADY_EXISTS);
        writer.read_before(*row.entry);
        const entry_ptr after(entry_dup(row.entry.get()));
        for (const auto& [name, text] :
             {std::pair(&after->e_name, &to.pretty), std::pair(&after->e_nname, &to.normalized)}) {
            ch_free(name->bv_val);
            const berval value = to_berval(*text);
            ber_dupbv(name, const_cast<berval*>(&value));
        }
        rights.note_kind(to.normalized, *row.kind);
        writer.require_modifications(*after, op.orr_modlist);
        apply_modifications(op, *after, op.orr_modlist);
        check_schema(op, writer.mapping(), *row.kind, *after, row.entry->e_attrs);
        directory::change_set change = writer.change_of(directory::write_operation::rename, &row);
        change.dn = to.pretty;
        writer.add_difference(change, *row.kind, row.entry.get(), *after);
        writer.store(*row.kind, change, new_ndn);
    };
    return write_entry(op, rs, service, *mapping, dns, check, work);
}

} // namespace

extern "C" int pgsql_modrdn(Operation* op, SlapReply* rs) noexcept
{
    return run_counted_operation(operation_stats::rename, op, rs,
                                 [&](service& service) { return rename_entry(*op, *rs, service); });
}

} // namespace pgsql::slapd
