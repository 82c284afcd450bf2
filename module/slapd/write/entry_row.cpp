// entry_row.cpp: the entry of a DN together with its row, for a write.
#include "slapd/write/entry_row.hpp"

#include "slapd/entry/row_position.hpp"
#include "slapd/roles/entry_rights.hpp"
#include "slapd/worker/refused.hpp"

namespace pgsql::slapd {
namespace {

entry_row copy_of(const service& service, const candidate& found)
{
    const directory::plan& plan = *found.plan;
    entry_row out{.kind = plan.entry_kind,
                  .entry = entry_ptr(entry_dup(found.entry)),
                  .key = std::string(key_of(plan, *found.page, found.row).value_or("")),
                  .columns = {},
                  .hash = nullptr};
    for (std::size_t i = 0; i < plan.columns.size(); ++i) {
        const auto value = found.page->value(found.row, static_cast<int>(i));
        if (plan.columns[i]->name != out.kind->password_column) {
            out.columns.emplace(plan.columns[i]->name,
                                value ? std::optional<std::string>(*value) : std::nullopt);
        } else if (value) {
            out.hash = auth::with_pepper(auth::parse_hash(*value), service.pepper);
            found.page->wipe(found.row, static_cast<int>(i));
        }
    }
    return out;
}

} // namespace

bool hides_container(Operation& op, const resolved_mapping& mapping,
                     const directory::container& container)
{
    auto* const rights = entry_rights::find(op);
    return rights != nullptr && container.kind && rights->visible().limited() &&
           !rights->visible().sees(mapping.map.kinds[container.kind], container.ndn);
}

row_condition visible_to_client(Operation& op, const resolved_mapping& mapping)
{
    auto* const rights = entry_rights::find(op);
    if (rights == nullptr || !rights->visible().limited())
        return {};
    return
        [rights, &mapping](directory::kind_id kind) { return rights->visible().of(mapping, kind); };
}

std::optional<entry_row> find_row(Operation& op, service& service, const resolved_mapping& mapping,
                                  const berval& ndn, row_condition condition)
{
    std::optional<entry_row> out;
    entry_finder finder(
        op, service, mapping, ndn, directory::filter::constant_of(directory::truth::yes),
        {.all_user = true, .all_operational = true, .password = true}, std::move(condition));
    while (const candidate* found = finder.next())
        if (!is_hidden(*found))
            out = copy_of(service, *found);
    // Access rules are asked about the copy.
    if (auto* const rights = entry_rights::find(op); rights != nullptr && out)
        rights->note_kind(to_string_view(out->entry->e_nname), *out->kind);
    if (finder.ambiguous())
        throw operation_refused(LDAP_CONSTRAINT_VIOLATION, "more than one row has this name");
    return out;
}

} // namespace pgsql::slapd
