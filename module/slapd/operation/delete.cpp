// delete.cpp: serves Delete by a statement that deletes the entry's row.
#include "slapd/core/callbacks.hpp"

#include "slapd/entry/copied_entry.hpp"
#include "slapd/roles/entry_rights.hpp"
#include "slapd/worker/result.hpp"
#include "slapd/write/entry_writer.hpp"

namespace pgsql::slapd {
namespace {

// The order of the checks is back-mdb's (delete.c).
int delete_entry(Operation& op, SlapReply& rs, service& service)
{
    entry_rights rights(op, service); // of all steps
    std::shared_ptr<const resolved_mapping> mapping;
    try {
        mapping = mapping_to_write(op, service);
    } catch (const operation_refused& why) {
        return send_refusal(op, rs, why);
    }
    const auto check = [&](entry_writer& writer) {
        entry_row row = writer.find(op.o_req_ndn);
        writer.require_disclosed(*row.entry);
        (void)writer.require_children(op.o_req_ndn, ACL_WDEL, "no write access to parent");
        writer.check_assertion(*row.entry);
        writer.require(*row.entry, slap_schema.si_ad_entry, ACL_WDEL, "no write access to entry");
        return row;
    };
    return write_entry(op, rs, service, *mapping, {to_string_view(op.o_req_ndn)}, check,
                       [&](entry_writer& writer, const entry_row& row) {
                           writer.require_writable(*row.kind, directory::write_operation::remove);
                           writer.require_leaf(op.o_req_ndn);
                           writer.read_before(*row.entry);
                           writer.remove(*row.kind,
                                         writer.change_of(directory::write_operation::remove, &row),
                                         op.o_req_ndn);
                       });
}

} // namespace

extern "C" int pgsql_delete(Operation* op, SlapReply* rs) noexcept
{
    if (auto* const replayed = replayed_change::of(*op))
        return replayed->run(*rs);
    return run_counted_operation(operation_stats::remove, op, rs,
                                 [&](service& service) { return delete_entry(*op, *rs, service); });
}

} // namespace pgsql::slapd
