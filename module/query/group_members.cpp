// group_members.cpp: members and memberOf, derived from the queries of users and groups.
#include "query/group_members.hpp"

#include "query/condition_compiler.hpp"

#include <algorithm>

namespace pgsql::directory {

using postgres::quote_identifier;

namespace {

// The table's name is our own, so that nothing inside a query can hide it.
std::string member_name(const kind& users)
{
    return "back_pgsql_member." + quote_identifier(users.rdn().column);
}

// Of the names in the rows of the list, or of a lookup.
column column_of_name(const kind& kind, const std::vector<column>& rows)
{
    const auto at = std::find_if(rows.begin(), rows.end(),
                                 [&](const column& c) { return c.name == kind.rdn().column; });
    return at != rows.end() ? *at : column{.type = column_type::text};
}

// A name in the text that the entry's own has: character(n) without its trailing spaces.
std::string as_shown(const std::string& name, const column& column)
{
    return column.type == column_type::other && !column.own_cast ? name + "::text" : name;
}

// A user's name as the lookup takes it, which may compare text where the name is a number, say.
std::string member_parameter(const kind& users, const lookup& lookup)
{
    const column name = column_of_name(users, users.columns);
    const bool text = name.type == column_type::text || name.type == column_type::citext;
    return !text && is_text(lookup.parameter) ? printed(member_name(users), name.own_cast)
                                              : member_name(users);
}

} // namespace

values_query members_from_lookup(const mapping& mapping, kind_id users_id, kind_id groups_id)
{
    const kind& users = mapping.kinds[users_id];
    const kind& groups = mapping.kinds[groups_id];
    const lookup* by_member = groups.lookup_by(mapping.attribute_named("memberUid"));
    if (!users.error.empty() || !groups.error.empty() || by_member == nullptr)
        return {};
    const std::string name = "g." + quote_identifier(groups.rdn().column);
    values_query out{.attribute = mapping.attribute_named("memberUid")};
    set_key_condition(
        out,
        "SELECT " + name + ", " +
            as_shown(member_name(users), column_of_name(users, users.columns)) + " FROM (" +
            users.list.text + ") AS back_pgsql_member CROSS JOIN LATERAL (" +
            by_member->query.with_parameter(member_parameter(users, *by_member)) + ") AS g",
        name);
    return out;
}

std::string groups_from_lookup(const mapping& mapping, kind_id users_id, kind_id groups_id)
{
    const kind& users = mapping.kinds[users_id];
    const kind& groups = mapping.kinds[groups_id];
    const lookup* by_member = groups.lookup_by(mapping.attribute_named("memberUid"));
    if (!users.error.empty() || !groups.error.empty() || by_member == nullptr)
        return {};
    return "SELECT " + member_name(users) + ", " +
           as_shown("g." + quote_identifier(groups.rdn().column),
                    column_of_name(groups, by_member->columns.empty() ? groups.columns
                                                                      : by_member->columns)) +
           " AS back_pgsql_group FROM (" + users.list.text +
           ") AS back_pgsql_member CROSS JOIN LATERAL (" +
           by_member->query.with_parameter(member_parameter(users, *by_member)) + ") AS g";
}

namespace {

// The condition on the rows m of a lookup that they show the value $1 as it is spelled.
std::string shows_as_spelled(const mapping& mapping, const kind& kind, const lookup& lookup,
                             kind_id users)
{
    const values_query* list = kind.values_of(lookup.attribute);
    if (list != nullptr && !list->source_sql.empty()) {
        if (list->is_bytea || list->named_kind)
            return {};
        const std::string key = quote_identifier(kind.rdn().column);
        return "m." + key + " IN (SELECT v." + key + " FROM (" + list->source_sql +
               ") AS v WHERE v." + quote_identifier(list->value_column) +
               (list->type == column_type::text && list->deterministic ? ""
                                                                       : "::text COLLATE \"C\"") +
               " = $1::text)";
    }
    if (!users || lookup.attribute != mapping.attribute_named("memberUid"))
        return {};
    const auto& who = mapping.kinds[users];
    if (!who.error.empty())
        return {};
    const auto* one = who.lookup_by(who.rdn().attribute);
    return "EXISTS (SELECT 1 FROM (" +
           (one != nullptr && is_text(one->parameter) ? one->query.with_parameter("$1")
                                                      : who.list.text) +
           ") AS u WHERE u." + quote_identifier(who.rdn().column) +
           "::text COLLATE \"C\" = $1::text)";
}

} // namespace

void check_spelling(mapping& mapping, kind_id users, kind_id groups)
{
    for (kind& k : mapping.kinds) {
        const kind_id members = mapping.kinds.id_of(k) == groups ? users : kind_id();
        for (lookup& lookup : k.lookups) {
            if (mapping.attributes[lookup.attribute].rule != matching_rule::exact_case ||
                !is_text(lookup.parameter) || k.source_of(lookup.attribute) != nullptr)
                continue;
            const std::string condition = shows_as_spelled(mapping, k, lookup, members);
            if (condition.empty())
                continue;
            lookup.checked = postgres::parse_placeholders("SELECT m.* FROM (" +
                                                          lookup.query.with_parameter("$1") +
                                                          "\n) AS m WHERE " + condition);
            if (!members)
                continue;
            const kind& who = mapping.kinds[members];
            const column* name = who.find_column(who.rdn().column);
            const values_query* list = k.values_of(lookup.attribute);
            lookup.stored_lower = lookup.parameter == column_type::text &&
                                  who.rdn().compare != comparison::any && name != nullptr &&
                                  name->type == column_type::text && name->deterministic &&
                                  (list == nullptr || list->source_sql.empty() ||
                                   (list->type == column_type::text && list->deterministic));
        }
    }
}

void add_member_dns(mapping& mapping, kind_id users, attribute_id member_uid, attribute_id member)
{
    for (kind& k : mapping.kinds) {
        if (k.yields_to_kind) // whatever column the groups have for it
            std::erase_if(k.sources,
                          [&](const attribute_source& s) { return s.attribute == member; });
        if (k.source_of(member) != nullptr || k.values_of(member) != nullptr)
            continue; // mapped by the administrator
        if (const values_query* list = k.values_of(member_uid)) {
            values_query dns = *list;
            dns.attribute = member;
            dns.named_kind = users;
            k.values.push_back(std::move(dns));
        } else if (const attribute_source* names = k.source_of(member_uid)) {
            attribute_source dns = *names;
            dns.attribute = member;
            dns.named_kind = users;
            dns.compare = mapping.kinds[users].rdn().compare;
            k.sources.push_back(std::move(dns));
        }
        // A DN says the name in one case of letters; a lookup wants the one that is stored.
        if (const lookup* by_name = k.lookup_by(member_uid);
            by_name != nullptr && k.lookup_by(member) == nullptr &&
            mapping.kinds[users].rdn().compare != comparison::any) {
            lookup same = *by_name;
            same.attribute = member;
            same.checked = {}; // the case of a DN's letters does not matter
            k.lookups.push_back(std::move(same));
        }
    }
}

} // namespace pgsql::directory
