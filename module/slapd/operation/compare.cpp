// compare.cpp: serves compares with slapd's matching rules and only the attributes needed.
#include "slapd/core/callbacks.hpp"

#include "slapd/entry/acl_attributes.hpp"
#include "slapd/entry/entry_finder.hpp"
#include "slapd/entry/filter_translator.hpp"
#include "slapd/entry/virtual_names.hpp"
#include "slapd/roles/entry_rights.hpp"

namespace pgsql::slapd {
namespace {

int compare(Operation& op, SlapReply& rs, service& service)
{
    const auto reply = [&](int code, const char* text, const char* matched) {
        rs.sr_err = code;
        rs.sr_text = text;
        rs.sr_matched = matched;
        send_ldap_result(&op, &rs);
        rs.sr_matched = nullptr;
        rs.sr_text = nullptr;
        return code == LDAP_COMPARE_TRUE || code == LDAP_COMPARE_FALSE ? LDAP_SUCCESS : code;
    };
    if (!service.anonymous_search && BER_BVISEMPTY(&op.o_ndn))
        return reply(LDAP_INSUFFICIENT_ACCESS, "authentication required for compares", nullptr);
    const operation_limits limits(op, service, true);
    directory_tree tree(op, service);
    entry_rights rights(op, service);
    visible_rows& visible = rights.visible();
    const auto missing = [&](const resolved_mapping& mapping) {
        const std::string matched =
            matched_dn(op, service, mapping, op.o_req_ndn,
                       [&](directory::kind_id kind) { return visible.of(mapping, kind); });
        return reply(LDAP_NO_SUCH_OBJECT, nullptr, matched.empty() ? nullptr : matched.c_str());
    };
    if (const auto container = tree.fixed().find(to_string_view(op.o_req_ndn))) {
        const int code = slap_compare_entry(&op, &service.container(container), op.orc_ava);
        if (code == LDAP_NO_SUCH_OBJECT && !service.role_rules().empty())
            return missing(*current_mapping(op, service));
        return reply(code, nullptr, nullptr);
    }

    const auto mapping = current_mapping(op, service);
    Filter assertion{};
    assertion.f_choice = LDAP_FILTER_EQUALITY;
    assertion.f_ava = op.orc_ava;
    directory::selection selection;
    const auto leaf = translate_filter(&assertion, tree, *mapping, selection);
    for (std::size_t i = 0; i < mapping->types.size(); ++i)
        selection.attributes.emplace_back(i);
    // Values from values queries are tested in SQL, not fetched, unless ACLs or controls need them.
    if (acls_read_other_attributes(op) || get_assert(&op))
        selection = all_attributes();
    // Existence does not depend on the assertion; the leaf requests its match columns.
    const auto shown =
        directory::filter::combine(directory::filter::node::disjunction,
                                   {directory::filter::constant_of(directory::truth::yes), leaf});
    named_entries names(op, service, *mapping, visible);
    std::optional<int> code;
    bool stale = false;
    const auto read_entry = [&](const directory::selection& columns, bool fresh = false) {
        entry_finder finder(
            op, service, *mapping, op.o_req_ndn, shown, columns,
            [&](directory::kind_id kind) { return visible.of(*mapping, kind); }, fresh);
        while (const candidate* found = finder.next()) {
            entry_ptr copy;
            if (names.concerns(*found->plan->entry_kind) && names.hides()) {
                copy.reset(entry_dup(found->entry));
                names.hide({copy.get()});
                rights.note_kind(to_string_view(copy->e_nname), *found->plan->entry_kind);
            }
            code = slap_compare_entry(&op, copy != nullptr ? copy.get() : found->entry, op.orc_ava);
            stale = found->from_stale;
        }
    };
    read_entry(selection);
    for (const auto& request : virtual_names(op, service, *mapping).requests_of(op.o_req_ndn)) {
        if (code || !visible.of(*mapping, mapping->map.kinds.id_of(*request.kind)))
            continue;
        virtual_names unknown(op, service, *mapping);
        const auto outcome = unknown.ask(request, all_attributes());
        if (outcome == virtual_outcome::given)
            code = slap_compare_entry(&op, &unknown.entry(), op.orc_ava);
        else if (outcome == virtual_outcome::listed)
            read_entry(selection, true);
    }
    // Without a match column's value the attribute is missing; only a fetch of all values shows
    // whether it has others.
    if (code == LDAP_NO_SUCH_ATTRIBUTE)
        read_entry(all_attributes());
    if (stale && code != LDAP_COMPARE_TRUE)
        throw postgres::error(
            postgres::error::cause::lost,
            "the cached entry does not match the assertion, and the current one is unavailable");
    limits.rethrow_failure();
    if (code && (code != LDAP_NO_SUCH_OBJECT || service.role_rules().empty()))
        return reply(*code, nullptr, nullptr);
    return missing(*mapping);
}

} // namespace

extern "C" int pgsql_compare(Operation* op, SlapReply* rs) noexcept
{
    return run_counted_operation(operation_stats::compare, op, rs, [&](service& service) {
        return retry_after_schema_change(service, [&] { return compare(*op, *rs, service); });
    });
}

} // namespace pgsql::slapd
