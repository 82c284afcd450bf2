// mapping.cpp: says which rows are which entries: kinds, their queries, and columns → attributes.
#include "mapping.hpp"

#include "term.hpp"

#include <algorithm>

namespace pgsql::directory {

using postgres::quote_identifier;

const source* kind::source_of(int attribute) const
{
    const auto at = std::find_if(sources.begin(), sources.end(),
                                 [&](const source& s) { return s.attribute == attribute; });
    return at == sources.end() ? nullptr : &*at;
}

const lookup* kind::lookup_by(int attribute) const
{
    const auto at = std::find_if(lookups.begin(), lookups.end(),
                                 [&](const lookup& l) { return l.attribute == attribute; });
    return at == lookups.end() ? nullptr : &*at;
}

const values_query* kind::values_of(int attribute) const
{
    const auto at = std::find_if(values.begin(), values.end(),
                                 [&](const values_query& v) { return v.attribute == attribute; });
    return at == values.end() ? nullptr : &*at;
}

int kind::names_of(int attribute) const
{
    const source* s = source_of(attribute);
    const values_query* v = values_of(attribute);
    return v != nullptr ? v->names_of : s != nullptr ? s->names_of : -1;
}

const column* kind::find_column(std::string_view wanted) const
{
    const auto at = std::find_if(columns.begin(), columns.end(),
                                 [&](const column& c) { return c.name == wanted; });
    return at == columns.end() ? nullptr : &*at;
}

int mapping::attribute_named(std::string_view name) const
{
    for (std::size_t i = 0; i < attributes.size(); ++i)
        if (attributes[i].name == name)
            return static_cast<int>(i);
    return -1;
}

int mapping::attribute_folded(std::string_view name) const
{
    const std::string wanted = lower_ascii(name);
    for (std::size_t i = 0; i < attributes.size(); ++i)
        if (lower_ascii(attributes[i].name) == wanted)
            return static_cast<int>(i);
    return -1;
}

int mapping::kind_named(std::string_view name) const
{
    for (std::size_t i = 0; i < kinds.size(); ++i)
        if (kinds[i].name == name)
            return static_cast<int>(i);
    return -1;
}

namespace {

struct account_columns {
    std::string name, number, group;
    const column* group_column = nullptr;
};

// The condition that a column of the one query shows what a column of the other does.
std::string equal(const std::string& a, const column* of_a, const std::string& b,
                  const column* of_b)
{
    const bool alike = of_a == nullptr || of_b == nullptr ||
                       (is_integer(of_a->type) && is_integer(of_b->type)) ||
                       (of_a->type == of_b->type && of_a->deterministic && of_b->deterministic &&
                        (of_a->type == column_type::text || of_a->number == of_b->number));
    return alike ? a + " = " + b : a + "::text COLLATE \"C\" = " + b + "::text COLLATE \"C\"";
}

// The users' private groups among the users of `from`, in the columns of the groups.
std::string private_groups_of(const std::string& from, const kind& users, const kind& groups,
                              const account_columns& user, const std::string& group_name,
                              const std::string& group_number)
{
    std::string columns;
    for (const column& c : groups.columns) {
        columns += columns.empty() ? "" : ", ";
        if (c.name == group_name)
            columns += "u." + user.name;
        else if (c.name == group_number)
            columns += "u." + user.group;
        else
            columns += "NULL";
        columns += " AS " + quote_identifier(c.name);
    }
    const std::string same_name =
        equal("g." + quote_identifier(group_name), groups.find_column(group_name), "u." + user.name,
              users.find_column(users.rdn().column));
    const std::string same_number =
        equal("g." + quote_identifier(group_number), groups.find_column(group_number),
              "u." + user.group, user.group_column);
    // Two NOT EXISTS instead of one with OR, so that each can use its index. Of several users who
    // share the number, the one with the lowest uidNumber has the group: two groups with one
    // gidNumber are an error to every client.
    return "SELECT " + columns + " FROM (" + from + ") AS u WHERE NOT EXISTS (SELECT 1 FROM (" +
           groups.list.text + ") AS g WHERE " + same_number + ") AND NOT EXISTS (SELECT 1 FROM (" +
           groups.list.text + ") AS g WHERE " + same_name + ") AND NOT EXISTS (SELECT 1 FROM (" +
           users.list.text + ") AS o WHERE o." + user.group + " = u." + user.group + " AND o." +
           user.number + " < u." + user.number + ")";
}

} // namespace

postgres::query_text only_where(const postgres::query_text& query, const std::string& condition)
{
    const std::string_view before = "SELECT * FROM (";
    postgres::query_text out = query;
    // A comment that begins with -- ends where the line does.
    out.text = std::string(before) + query.text + "\n) AS e WHERE (" + condition + "\n)";
    for (auto& place : out.places)
        place += before.size();
    return out;
}

void ask_by_name(values_query& to, const std::string& rows, const std::string& name)
{
    const std::string condition = rows + " WHERE " + name + " = ";
    to.text = condition + "ANY($1)";
    to.of_one = condition + "$1";
}

void add_positions(values_query& to, const column& name)
{
    const bool one_way = (name.type == column_type::text && name.deterministic) ||
                         name.type == column_type::int2 || name.type == column_type::int4 ||
                         name.type == column_type::int8 || name.type == column_type::uuid;
    if (one_way || to.text.empty() || to.positions)
        return;
    to.text = "SELECT w.k, w.v, array_position($1, w.k) FROM (" + to.text + ") AS w(k, v)";
    to.of_one = "SELECT w.k, w.v, 1 FROM (" + to.of_one + ") AS w(k, v)";
    to.positions = true;
}

namespace {

// The table's name is our own, so that nothing inside a query can hide it.
std::string member_name(const kind& users)
{
    return "back_pgsql_member." + quote_identifier(users.rdn().column);
}

// Of the names in the rows of the list, or of a lookup.
column_type type_of_name(const kind& of, const std::vector<column>& rows)
{
    const auto at = std::find_if(rows.begin(), rows.end(),
                                 [&](const column& c) { return c.name == of.rdn().column; });
    return at != rows.end() ? at->type : column_type::text;
}

// A name in the text that the entry's own has: character(n) without the blanks behind it.
std::string as_shown(const std::string& name, column_type type)
{
    return type == column_type::other ? name + "::text" : name;
}

// A user's name as the lookup takes it, which may compare text where the name is a number, say.
std::string member_parameter(const kind& users, const lookup& by)
{
    const column_type type = type_of_name(users, users.columns);
    const bool text = type == column_type::text || type == column_type::citext;
    return member_name(users) + (!text && by.parameter == column_type::text ? "::text" : "");
}

} // namespace

values_query members_from_lookup(const mapping& all, int users_index, int groups_index)
{
    const kind& users = all.kinds.at(static_cast<std::size_t>(users_index));
    const kind& groups = all.kinds.at(static_cast<std::size_t>(groups_index));
    const lookup* by_member = groups.lookup_by(all.attribute_named("memberUid"));
    if (!users.problem.empty() || !groups.problem.empty() || by_member == nullptr)
        return {};
    const std::string name = "g." + quote_identifier(groups.rdn().column);
    values_query out{.attribute = all.attribute_named("memberUid")};
    ask_by_name(out,
                "SELECT " + name + ", " +
                    as_shown(member_name(users), type_of_name(users, users.columns)) + " FROM (" +
                    users.list.text + ") AS back_pgsql_member CROSS JOIN LATERAL (" +
                    by_member->query.with_parameter(member_parameter(users, *by_member)) + ") AS g",
                name);
    return out;
}

std::string groups_from_lookup(const mapping& all, int users_index, int groups_index)
{
    const kind& users = all.kinds.at(static_cast<std::size_t>(users_index));
    const kind& groups = all.kinds.at(static_cast<std::size_t>(groups_index));
    const lookup* by_member = groups.lookup_by(all.attribute_named("memberUid"));
    if (!users.problem.empty() || !groups.problem.empty() || by_member == nullptr)
        return {};
    return "SELECT " + member_name(users) + ", " +
           as_shown("g." + quote_identifier(groups.rdn().column),
                    type_of_name(groups, by_member->columns.empty() ? groups.columns
                                                                    : by_member->columns)) +
           " AS back_pgsql_group FROM (" + users.list.text +
           ") AS back_pgsql_member CROSS JOIN LATERAL (" +
           by_member->query.with_parameter(member_parameter(users, *by_member)) + ") AS g";
}

void add_member_dns(mapping& to, int users, int member_uid, int member)
{
    for (kind& k : to.kinds) {
        if (k.source_of(member) != nullptr || k.values_of(member) != nullptr)
            continue; // mapped by the administrator
        if (const values_query* list = k.values_of(member_uid)) {
            values_query dns = *list;
            dns.attribute = member;
            dns.names_of = users;
            k.values.push_back(std::move(dns));
        } else if (const source* names = k.source_of(member_uid)) {
            source dns = *names;
            dns.attribute = member;
            dns.names_of = users;
            dns.compare = to.kinds[static_cast<std::size_t>(users)].rdn().compare;
            k.sources.push_back(std::move(dns));
        }
        // A DN says the name in one case of letters; a lookup wants the one that is stored.
        if (const lookup* by = k.lookup_by(member_uid);
            by != nullptr &&
            to.kinds[static_cast<std::size_t>(users)].rdn().compare != comparison::any) {
            lookup same = *by;
            same.attribute = member;
            k.lookups.push_back(std::move(same));
        }
    }
}

void add_private_groups(mapping& to, int users_index, int groups_index)
{
    const kind& users = to.kinds.at(static_cast<std::size_t>(users_index));
    kind& groups = to.kinds.at(static_cast<std::size_t>(groups_index));
    if (!users.problem.empty() || !groups.problem.empty()) {
        kind own = groups;
        own.name = "private groups";
        own.problem = users.problem.empty() ? groups.problem : users.problem;
        own.sources.resize(1);
        own.only_if_none_in = groups_index;
        to.kinds.push_back(std::move(own));
        return;
    }
    const int gid = to.attribute_named("gidNumber");
    const int uid_number = to.attribute_named("uidNumber");
    const int member = to.attribute_named("memberUid");
    const source* user_group = users.source_of(gid);
    const source* user_number = users.source_of(uid_number);
    const source* group_number = groups.source_of(gid);
    if (user_group == nullptr || user_number == nullptr || group_number == nullptr ||
        user_group->column.empty() || user_number->column.empty() || group_number->column.empty())
        return;
    const account_columns user = {
        quote_identifier(users.rdn().column), quote_identifier(user_number->column),
        quote_identifier(user_group->column), users.find_column(user_group->column)};
    const std::string name = groups.rdn().column;
    const std::string number = group_number->column;

    kind own;
    own.name = "private groups";
    own.under = groups.under;
    own.parent = groups.parent;
    own.classes = groups.classes;
    own.all_classes = groups.all_classes;
    own.columns = groups.columns;
    // Names and numbers are the users'.
    bool alike = true;
    for (column& c : own.columns) {
        const column* from = c.name == name     ? users.find_column(users.rdn().column)
                             : c.name == number ? users.find_column(user_group->column)
                                                : nullptr;
        if (from == nullptr) {
            c = {.name = c.name, .type = column_type::text}; // as PostgreSQL takes a NULL to be
            continue;
        }
        alike = alike && c.type == from->type && c.deterministic == from->deterministic;
        c.type = from->type;
        c.number = from->number;
        c.deterministic = from->deterministic;
        c.wide = from->wide;
    }
    own.only_if_none_in = groups_index;
    own.list.text = private_groups_of(users.list.text, users, groups, user, name, number);
    // The other columns are NULL, so that what a group has by default stands in for them.
    for (const source& s : groups.sources)
        if (s.attribute != member)
            own.sources.push_back(s);
    own.sources.front().compare = users.rdn().compare; // its values are the users' names
    // The member is the user whose name the group has.
    own.sources.push_back({.attribute = member, .column = name, .compare = comparison::exact});

    const auto by_member = std::find_if(groups.lookups.begin(), groups.lookups.end(),
                                        [&](const lookup& l) { return l.attribute == member; });
    const lookup* one_user = users.lookup_by(users.rdn().attribute);
    // Where a column has the members, private groups have none in it, so that they are not found
    // by what a filter says of it; and conditions are made for one type.
    if (by_member != groups.lookups.end() && by_member->complete && one_user != nullptr &&
        one_user->complete && groups.source_of(member) == nullptr && alike) {
        std::string columns;
        for (const column& c : groups.columns)
            columns += (columns.empty() ? "" : ", ") + quote_identifier(c.name);
        by_member->query = postgres::parse_placeholders(
            "SELECT " + columns + " FROM (" + by_member->query.with_parameter("$1") +
            ") AS m UNION ALL " +
            private_groups_of(one_user->query.with_parameter("$1"), users, groups, user, name,
                              number));
        by_member->covers_private = true;
        by_member->columns.clear();
    }
    to.kinds.push_back(std::move(own));
}

} // namespace pgsql::directory
