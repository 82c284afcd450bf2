// derived_groups.cpp: members, memberOf and private groups, derived from the queries of users and
// groups.
#include "query/derived_groups.hpp"

#include "query/where_clause.hpp"

#include <algorithm>

namespace pgsql::directory {

using postgres::quote_identifier;

namespace {

struct account_columns {
    std::string name, number, group;
    const column* group_column = nullptr;
    bool any_case = true; ///< the names make DNs in which case does not matter
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

// A name with its letters in lower case, as long as it may be stored otherwise.
std::string lowered(const std::string& name, const column* of, const source& from)
{
    const bool text = of == nullptr || is_text(of->type);
    const bool plain = of == nullptr || (of->type == column_type::text && of->deterministic);
    if (!text || (plain && from.compare != comparison::any))
        return name;
    return "lower(" + name + (plain ? "" : "::text") + " COLLATE \"C\")";
}

// The condition that two names make the same DN.
std::string same_name(const std::string& a, const kind& of_a, const std::string& b,
                      const kind& of_b)
{
    const column* const one = of_a.find_column(of_a.rdn().column);
    const column* const other = of_b.find_column(of_b.rdn().column);
    const std::string low_a = lowered(a, one, of_a.rdn());
    const std::string low_b = lowered(b, other, of_b.rdn());
    if (low_a == a && low_b == b)
        return equal(a, one, b, other);
    const auto text = [](const std::string& low, const std::string& name, const column* of) {
        return low == name && of != nullptr && !is_text(of->type) ? name + "::text" : low;
    };
    return text(low_a, a, one) + " = " + text(low_b, b, other);
}

// The users' private groups among the users of `from`, in the columns of the groups.
std::string private_groups_of(const std::string& from, const kind& users, const kind& groups,
                              const account_columns& user, const std::string& group_name,
                              const std::string& group_number, const std::string& and_column = "")
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
    const std::string as_group = "g." + quote_identifier(group_name);
    const std::string name_is_taken =
        user.any_case ? same_name(as_group, groups, "u." + user.name, users)
                      : equal(as_group, groups.find_column(group_name), "u." + user.name,
                              users.find_column(users.rdn().column));
    // No group has the number of the user with this name.
    const auto no_group = [&](const std::string& name) {
        return "NOT EXISTS (SELECT 1 FROM (" + groups.list.text + ") AS g WHERE " +
               equal("g." + quote_identifier(group_number), groups.find_column(group_number),
                     name + "." + user.group, user.group_column) +
               ")";
    };
    // Two NOT EXISTS instead of one with OR, so that each can use its index. Of several users who
    // share the number, the one with the lowest uidNumber has the group: two groups with one
    // gidNumber are an error to every client. Whoever is in a real group is left out there too:
    // thousands may share its number, and PostgreSQL would compare each with each.
    return "SELECT " + columns + and_column + " FROM (" + from + ") AS u WHERE " + no_group("u") +
           " AND NOT EXISTS (SELECT 1 FROM (" + groups.list.text + ") AS g WHERE " + name_is_taken +
           ") AND NOT EXISTS (SELECT 1 FROM (" + users.list.text + ") AS o WHERE o." + user.group +
           " = u." + user.group + " AND o." + user.number + " < u." + user.number + " AND " +
           no_group("o") + ")";
}

} // namespace

namespace {

// The table's name is our own, so that nothing inside a query can hide it.
std::string member_name(const kind& users)
{
    return "back_pgsql_member." + quote_identifier(users.rdn().column);
}

// Of the names in the rows of the list, or of a lookup.
column column_of_name(const kind& of, const std::vector<column>& rows)
{
    const auto at = std::find_if(rows.begin(), rows.end(),
                                 [&](const column& c) { return c.name == of.rdn().column; });
    return at != rows.end() ? *at : column{.type = column_type::text};
}

// A name in the text that the entry's own has: character(n) without the blanks behind it.
std::string as_shown(const std::string& name, const column& of)
{
    return of.type == column_type::other && !of.own_cast ? name + "::text" : name;
}

// A user's name as the lookup takes it, which may compare text where the name is a number, say.
std::string member_parameter(const kind& users, const lookup& by)
{
    const column name = column_of_name(users, users.columns);
    const bool text = name.type == column_type::text || name.type == column_type::citext;
    return !text && is_text(by.parameter) ? printed(member_name(users), name.own_cast)
                                          : member_name(users);
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
                    as_shown(member_name(users), column_of_name(users, users.columns)) + " FROM (" +
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
                    column_of_name(groups, by_member->columns.empty() ? groups.columns
                                                                      : by_member->columns)) +
           " AS back_pgsql_group FROM (" + users.list.text +
           ") AS back_pgsql_member CROSS JOIN LATERAL (" +
           by_member->query.with_parameter(member_parameter(users, *by_member)) + ") AS g";
}

namespace {

// The condition on the rows m of a lookup that they show the value $1 as it is spelled.
std::string shows_as_spelled(const mapping& all, const kind& of, const lookup& by, int users)
{
    const values_query* list = of.values_of(by.attribute);
    if (list != nullptr && !list->listing.empty()) {
        if (list->bytes || list->names_of >= 0)
            return {};
        const std::string key = quote_identifier(of.rdn().column);
        return "m." + key + " IN (SELECT v." + key + " FROM (" + list->listing + ") AS v WHERE v." +
               quote_identifier(list->value) +
               (list->type == column_type::text && list->deterministic ? ""
                                                                       : "::text COLLATE \"C\"") +
               " = $1::text)";
    }
    if (users < 0 || by.attribute != all.attribute_named("memberUid"))
        return {};
    const kind& who = all.kinds[static_cast<std::size_t>(users)];
    if (!who.problem.empty())
        return {};
    const lookup* one = who.lookup_by(who.rdn().attribute);
    return "EXISTS (SELECT 1 FROM (" +
           (one != nullptr && is_text(one->parameter) ? one->query.with_parameter("$1")
                                                      : who.list.text) +
           ") AS u WHERE u." + quote_identifier(who.rdn().column) +
           "::text COLLATE \"C\" = $1::text)";
}

} // namespace

void check_spelling(mapping& all, int users, int groups)
{
    for (std::size_t i = 0; i < all.kinds.size(); ++i) {
        kind& k = all.kinds[i];
        const int members = static_cast<int>(i) == groups ? users : -1;
        for (lookup& by : k.lookups) {
            if (all.attributes[static_cast<std::size_t>(by.attribute)].rule != match::exact_case ||
                !is_text(by.parameter) || k.source_of(by.attribute) != nullptr)
                continue;
            const std::string condition = shows_as_spelled(all, k, by, members);
            if (condition.empty())
                continue;
            by.checked =
                postgres::parse_placeholders("SELECT m.* FROM (" + by.query.with_parameter("$1") +
                                             "\n) AS m WHERE " + condition);
            if (members < 0)
                continue;
            const kind& who = all.kinds[static_cast<std::size_t>(members)];
            const column* name = who.find_column(who.rdn().column);
            const values_query* list = k.values_of(by.attribute);
            by.stored_lower = by.parameter == column_type::text &&
                              who.rdn().compare != comparison::any && name != nullptr &&
                              name->type == column_type::text && name->deterministic &&
                              (list == nullptr || list->listing.empty() ||
                               (list->type == column_type::text && list->deterministic));
        }
    }
}

void add_member_dns(mapping& to, int users, int member_uid, int member)
{
    for (kind& k : to.kinds) {
        if (k.only_if_none_in >= 0) // whatever column the groups have for it
            std::erase_if(k.sources, [&](const source& s) { return s.attribute == member; });
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
            by != nullptr && k.lookup_by(member) == nullptr &&
            to.kinds[static_cast<std::size_t>(users)].rdn().compare != comparison::any) {
            lookup same = *by;
            same.attribute = member;
            same.checked = {}; // the case of a DN's letters does not matter
            k.lookups.push_back(std::move(same));
        }
    }
}

namespace {

// What finds private groups by the lookups of their users: a row that no list shows has a group as
// well.
struct private_keys {
    int name, number, member;
};
template <typename In>
void add_private_lookups(kind& to, const mapping& all, const kind& users, const In& in_groups,
                         const account_columns& user, const private_keys& keys)
{
    const auto add = [&](int attribute, const lookup& as, const std::string& from) {
        lookup l;
        l.attribute = attribute;
        l.query = postgres::parse_placeholders(in_groups(from));
        l.parameter = as.parameter;
        l.columns = to.columns;
        to.lookups.push_back(std::move(l));
    };
    const auto usable = [&](int attribute) {
        const lookup* by = users.lookup_by(attribute);
        return by != nullptr && by->complete && why_distrusted(all, *by, users) == nullptr
                   ? by
                   : nullptr;
    };
    if (const lookup* by = usable(users.rdn().attribute)) {
        add(keys.name, *by, by->query.with_parameter("$1"));
        add(keys.member, *by, by->query.with_parameter("$1"));
    }
    if (const lookup* by = usable(keys.number)) {
        add(keys.number, *by, by->query.with_parameter("$1"));
        return;
    }
    // A user whose own number is the group's is found by it.
    const int uid_number = all.attribute_named("uidNumber");
    const lookup* by = usable(uid_number);
    const column* group = user.group_column;
    if (by == nullptr || !is_integer(by->parameter) || group == nullptr || !is_integer(group->type))
        return;
    const std::string columns = user.name + ", " + user.number + ", " + user.group;
    const std::string of_number = ") AS l WHERE l." + user.group + " = $1";
    add(keys.number, *by,
        "SELECT " + columns + " FROM (" + by->query.with_parameter("$1") + of_number +
            " UNION SELECT " + columns + " FROM (" + users.list.text + of_number);
}

} // namespace

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
        quote_identifier(user_group->column), users.find_column(user_group->column),
        to.attributes[static_cast<std::size_t>(groups.rdn().attribute)].rule == match::ignore_case};
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
        c.own_cast = from->own_cast;
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

    const auto in_groups = [&](const std::string& from, const std::string& and_column = "") {
        return private_groups_of(from, users, groups, user, name, number, and_column);
    };
    add_private_lookups(own, to, users, in_groups, user, {own.rdn().attribute, gid, member});
    const auto by_member = std::find_if(groups.lookups.begin(), groups.lookups.end(),
                                        [&](const lookup& l) { return l.attribute == member; });
    const lookup* one_user = users.lookup_by(users.rdn().attribute);
    const int dn = to.attribute_named("member");
    // Where a column has the members, private groups have none in it, so that they are not found
    // by what a filter says of it; and conditions are made for one type.
    if (by_member != groups.lookups.end() && by_member->complete && one_user != nullptr &&
        one_user->complete && groups.source_of(member) == nullptr && alike &&
        groups.source_of(dn) == nullptr && groups.values_of(dn) == nullptr) {
        std::string columns;
        for (const column& c : groups.columns)
            columns += (columns.empty() ? "" : ", ") + quote_identifier(c.name);
        const auto with_private = [&](const postgres::query_text& found, const std::string& from) {
            return postgres::parse_placeholders(
                "SELECT " + columns + ", false AS " + private_group_column + " FROM (" +
                found.with_parameter("$1") + ") AS m UNION ALL " + in_groups(from, ", true"));
        };
        const std::string member_row = one_user->query.with_parameter("$1");
        if (!by_member->checked.text.empty())
            by_member->checked = with_private(
                by_member->checked, "SELECT u.* FROM (" + member_row + "\n) AS u WHERE u." +
                                        user.name + "::text COLLATE \"C\" = $1::text");
        by_member->query = with_private(by_member->query, member_row);
        by_member->covers_private = true;
        by_member->columns.clear();
    }
    to.kinds.push_back(std::move(own));
}

} // namespace pgsql::directory
