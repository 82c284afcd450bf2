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
    const std::string name = "g." + quote_identifier(groups.row_key());
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
    const column* above = groups.parent_kind ? groups.find_column(groups.parent_column) : nullptr;
    const std::string parent =
        above != nullptr ? ", coalesce(g." + quote_identifier(above->name) + "::text, '')" : "";
    const postgres::query_text& query = by_member->with_private_groups.text.empty()
                                            ? by_member->query
                                            : by_member->with_private_groups;
    return "SELECT back_pgsql_member." + quote_identifier(users.row_key()) + ", " +
           as_shown("g." + quote_identifier(groups.rdn().column),
                    column_of_name(groups, by_member->columns.empty() ? groups.columns
                                                                      : by_member->columns)) +
           " AS back_pgsql_group" + parent + " FROM (" + users.list.text +
           ") AS back_pgsql_member CROSS JOIN LATERAL (" +
           query.with_parameter(member_parameter(users, *by_member)) + ") AS g";
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
        const std::string key = quote_identifier(kind.row_key());
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

namespace {

// The values of a column with names, as a values query; nothing if SQL cannot list them.
std::optional<values_query> listed_column(const kind& kind, const attribute_source& names)
{
    const column* const c = kind.find_column(names.column);
    const column* const key = kind.find_column(kind.row_key());
    if (c == nullptr || key == nullptr || (is_list(c->type) && c->type != column_type::array))
        return std::nullopt;
    const std::string column = "l." + quote_identifier(c->name);
    values_query out{.value_column = "back_pgsql_member"};
    out.source_sql =
        "SELECT l." + quote_identifier(key->name) + ", m.v AS back_pgsql_member FROM (" +
        kind.list.text + ") AS l CROSS JOIN LATERAL " +
        (is_list(c->type) ? "unnest(" + column + ")" : "(SELECT " + column + ")") + " AS m(v)";
    out.read = "e.back_pgsql_member::text";
    out.key = *key;
    ask_listing(out);
    return out;
}

} // namespace

void add_parents(const mapping& mapping, values_query& query, const kind& target)
{
    if (query.has_parent)
        return;
    const column* const name = target.find_column(target.rdn().column);
    const column* const parent = target.find_column(target.parent_column);
    if (name == nullptr || parent == nullptr)
        return;
    const bool fold = mapping.attributes[target.rdn().attribute].rule == matching_rule::ignore_case;
    const bool plain = name->type == column_type::text && name->deterministic;
    // Without a collation of its own, so that an index on the names serves.
    std::string value = "textin(textout(";
    value += fold ? "lower(w.v::text COLLATE \"C\")" : "w.v::text";
    value += "))";
    std::string named = plain ? "t.n" : "t.n::text COLLATE \"C\"";
    if (fold && target.rdn().compare == comparison::any)
        named = "lower(t.n::text COLLATE \"C\")";
    const std::string users =
        ") JOIN (SELECT e." + quote_identifier(name->name) + " AS n, coalesce(" +
        printed(select_expression(*parent), parent->own_cast) + ", '') AS p FROM (" +
        target.list.text + ") AS e) AS t ON " + value + " = " + named;
    const std::string rows =
        std::string(") AS w(k, v") + (query.has_key_index ? ", i" : "") + users;
    query.batch_sql = "SELECT w.*, t.p FROM (" + query.batch_sql + rows;
    query.single_sql = "SELECT w.*, t.p FROM (" + query.single_sql + rows;
    query.all_sql = "SELECT w.*, t.p FROM (" + query.all_sql + ") AS w(k, v" + users;
    query.has_parent = true;
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
            dns.same_rows = member_uid;
            k.values.push_back(std::move(dns));
        } else if (const attribute_source* names = k.source_of(member_uid);
                   names != nullptr && mapping.kinds[users].parent_kind) {
            if (auto dns = listed_column(k, *names)) {
                dns->attribute = member;
                dns->named_kind = users;
                k.values.push_back(std::move(*dns));
            }
        } else if (names != nullptr) {
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
