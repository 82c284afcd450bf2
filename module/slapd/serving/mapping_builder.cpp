// mapping_builder.cpp: turns kinds and the columns that PostgreSQL says their queries return into a
// mapping.
#include "slapd/serving/mapping_builder.hpp"

#include "query/group_members.hpp"
#include "query/private_groups.hpp"
#include "slapd/serving/column_catalog.hpp"
#include "slapd/serving/container_entries.hpp"
#include "slapd/serving/exposure.hpp"
#include "slapd/serving/kind_builder.hpp"
#include "slapd/serving/name_spellings.hpp"

#include "query/condition_compiler.hpp"
#include "query/hidden_names.hpp"

#include <fmt/core.h>

#include <algorithm>

namespace pgsql::slapd {

namespace {

// Without a list of members of their own, groups have the one that follows from the other queries,
// if PostgreSQL takes it: SSSD forgets a membership when the group itself does not show it.
void add_members(resolved_mapping& mapping, directory::kind_id users, directory::kind_id groups,
                 postgres::connection& session, const postgres::wait_options& options)
{
    directory::kind& k = mapping.map.kinds[groups];
    const auto member = mapping.map.attribute_named("memberUid");
    const auto known = std::any_of(k.values.begin(), k.values.end(),
                                   [&](const auto& v) { return v.attribute == member; });
    if (known || k.source_of(member) != nullptr || k.lookup_by(member) == nullptr)
        return;
    if (const auto& problem = mapping.map.kinds[users].error; !problem.empty()) {
        k.values.push_back({.attribute = member, .error = problem});
        return;
    }
    directory::values_query list = directory::members_from_lookup(mapping.map, users, groups);
    if (list.batch_sql.empty())
        return;
    try {
        (void)session.describe(list.batch_sql, options);
        // It has the groups' names as the lookup returns them.
        for (const directory::column& c : k.lookup_by(member)->columns)
            if (c.name == k.row_key())
                directory::add_key_index(list, c);
        k.values.push_back(std::move(list));
    } catch (const postgres::error& e) {
        postgres::rethrow_unless_statement(e);
        mapping.warnings.push_back(
            {log_event::members_missing,
             fmt::format("pgsql-lookup groups memberUid: the members of groups cannot be derived "
                         "from it: {}; add pgsql-values groups memberUid",
                         e.what())});
    }
}

// `member` where posixGroup is the auxiliary class of RFC 2307bis, and memberOf, if there is a
// lookup of groups by member.
void add_membership(resolved_mapping& mapping, directory::kind_id users, directory::kind_id groups,
                    bool by_member, kind_builder& builder, postgres::connection& session,
                    const postgres::wait_options& options)
{
    const auto member_uid = mapping.map.attribute_named("memberUid");
    std::string error;
    if (member_uid && rfc2307bis())
        directory::add_member_dns(mapping.map, users, member_uid, builder.attribute("member"));
    if (!by_member || find_attribute("memberOf", error) == nullptr)
        return;
    directory::kind& k = mapping.map.kinds[users];
    const auto member_of = builder.attribute("memberOf");
    if (k.source_of(member_of) != nullptr || k.values_of(member_of) != nullptr)
        return; // mapped by the administrator
    if (const auto& problem = mapping.map.kinds[groups].error; !problem.empty()) {
        k.values.push_back({.attribute = member_of, .error = problem});
        return;
    }
    const std::string listing = directory::groups_from_lookup(mapping.map, users, groups);
    if (listing.empty())
        return;
    const std::string key = postgres::quote_identifier(k.row_key());
    const directory::kind& g = mapping.map.kinds[groups];
    const directory::column* named = g.find_column(g.rdn().column);
    directory::values_query list{.attribute = member_of,
                                 .source_sql = listing,
                                 .value_column = "back_pgsql_group",
                                 .named_kind = groups,
                                 .deterministic = named == nullptr || named->deterministic,
                                 .has_parent = bool(g.parent_kind)};
    directory::set_key_condition(list, listing, "back_pgsql_member." + key);
    try {
        (void)session.describe(list.batch_sql, options);
        k.values.push_back(std::move(list));
    } catch (const postgres::error& e) {
        postgres::rethrow_unless_statement(e);
    }
}

void set_parents(directory::mapping& map, const std::vector<directory::kind_setting>& kinds)
{
    for (std::size_t i = 0; i < kinds.size(); ++i)
        if (!kinds[i].parent_kind.empty()) {
            map.kinds[i].parent_kind = map.kind_named(kinds[i].parent_kind);
            map.kinds[map.kinds[i].parent_kind].has_children = true;
        }
}

} // namespace

std::shared_ptr<resolved_mapping> build_mapping(const std::vector<directory::kind_setting>& kinds,
                                                std::string_view domain, bool private_groups,
                                                const directory::dn_tree& tree,
                                                postgres::connection& session,
                                                const postgres::wait_options& options)
{
    auto out = std::make_shared<resolved_mapping>();
    if (directory::character_set::limited(session.server_encoding()))
        out->map.characters = std::make_shared<directory::character_set>();
    kind_builder builder(*out, domain, session, options);
    for (const auto& k : kinds)
        out->map.kinds.push_back(builder.run(k));
    exposure found = find_exposure(out->map, session, options);
    for (const auto& [number, why] : found.problems)
        out->map.kinds[number] = builder.broken(kinds[number], why);
    set_parents(out->map, kinds);
    for (auto& remark : found.remarks)
        out->warnings.push_back({log_event::hashes_exposed, std::move(remark)});
    const auto users = out->map.kind_named("users");
    const auto groups = out->map.kind_named("groups");
    std::optional<directory::hidden_names> hidden;
    if (std::any_of(kinds.begin(), kinds.end(), [](const auto& k) { return k.hide_denied; }))
        hidden.emplace(out->map, name_syntax_of(*out, tree, session, options))
            .remove_from_values(out->map);
    if (users && groups)
        add_members(*out, users, groups, session, options);
    directory::check_spelling(out->map, users, groups);
    if (private_groups && users && groups)
        directory::add_private_groups(out->map, users, groups);
    if (users && groups) {
        const auto& lookups = kinds[groups.index()].lookups;
        const bool by_member = std::any_of(lookups.begin(), lookups.end(), [](const auto& l) {
            return l.attribute == "memberUid";
        });
        add_membership(*out, users, groups, by_member, builder, session, options);
    }
    if (hidden)
        hidden->remove_from_lookups(out->map);
    for (auto& k : out->map.kinds) {
        shared_values shared;
        shared.holder = new_entry();
        add_classes(*shared.holder, k.classes);
        shared.subentries =
            is_entry_objectclass(shared.holder.get(), slap_schema.si_oc_subentry, 0) == 1;
        k.parent = k.container_dn.empty()
                       ? directory::suffix_container
                       : tree.find(normalized_dn(k.container_dn + "," + tree.entries().front().dn));
        if (const directory::column* name = k.find_column(k.row_key()))
            for (auto& list : k.values)
                directory::add_key_index(list, *name);
        for (auto& list : k.values)
            if (list.named_kind && out->map.kinds[list.named_kind].parent_kind)
                directory::add_parents(out->map, list, out->map.kinds[list.named_kind]);
        out->shared.push_back(std::move(shared));
    }
    return out;
}

} // namespace pgsql::slapd
