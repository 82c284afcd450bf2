// private_groups.cpp: the private groups of users, derived from the queries of users and groups.
#include "query/private_groups.hpp"

#include "query/condition_compiler.hpp"

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
                        (of_a->type == column_type::text || of_a->type_oid == of_b->type_oid));
    return alike ? a + " = " + b : a + "::text COLLATE \"C\" = " + b + "::text COLLATE \"C\"";
}

// A name with its letters in lower case, as long as it may be stored otherwise.
std::string lowered(const std::string& name, const column* of, const attribute_source& source)
{
    const bool text = of == nullptr || is_text(of->type);
    const bool plain = of == nullptr || (of->type == column_type::text && of->deterministic);
    if (!text || (plain && source.compare != comparison::any))
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

/// How many users a query returns whose private groups are derived from it.
enum class user_count : char { one, many };

// The users' private groups among the users of `from`, in the columns of the groups.
std::string private_groups_of(const std::string& from, user_count count, const kind& users,
                              const kind& groups, const account_columns& user,
                              const std::string& group_name, const std::string& group_number,
                              const std::string& and_column = "")
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
    // gidNumber are an error to every client. Among many users, a member of a real group is left
    // out there too: thousands may share its number, and PostgreSQL would compare each with each.
    // For one user that would only make PostgreSQL read these users first.
    return "SELECT " + columns + and_column + " FROM (" + from + ") AS u WHERE " + no_group("u") +
           " AND NOT EXISTS (SELECT 1 FROM (" + groups.list.text + ") AS g WHERE " + name_is_taken +
           ") AND NOT EXISTS (SELECT 1 FROM (" + users.list.text + ") AS o WHERE o." + user.group +
           " = u." + user.group + " AND o." + user.number + " < u." + user.number +
           (count == user_count::many ? " AND " + no_group("o") : "") + ")";
}

// What finds private groups by the lookups of their users: a row that no list shows has a group as
// well.
struct private_keys {
    attribute_id name, number, member;
};
template <typename In>
void add_private_lookups(kind& to, const mapping& mapping, const kind& users, const In& in_groups,
                         const account_columns& user, const private_keys& keys)
{
    const auto add = [&](attribute_id attribute, user_count count, const lookup& as,
                         const std::string& from) {
        lookup l;
        l.attribute = attribute;
        l.query = postgres::parse_placeholders(in_groups(from, count));
        l.parameter = as.parameter;
        l.columns = to.columns;
        to.lookups.push_back(std::move(l));
    };
    const auto usable = [&](attribute_id attribute) {
        const lookup* lookup = users.lookup_by(attribute);
        return lookup != nullptr && lookup->complete &&
                       why_distrusted(mapping, *lookup, users) == nullptr
                   ? lookup
                   : nullptr;
    };
    if (const lookup* lookup = usable(users.rdn().attribute)) {
        add(keys.name, user_count::one, *lookup, lookup->query.with_parameter("$1"));
        add(keys.member, user_count::one, *lookup, lookup->query.with_parameter("$1"));
    }
    if (const lookup* lookup = usable(keys.number)) {
        add(keys.number, user_count::many, *lookup, lookup->query.with_parameter("$1"));
        return;
    }
    // A user whose own number is the group's is found by it.
    const attribute_id uid_number = mapping.attribute_named("uidNumber");
    const lookup* lookup = usable(uid_number);
    const column* group = user.group_column;
    if (lookup == nullptr || !is_integer(lookup->parameter) || group == nullptr ||
        !is_integer(group->type))
        return;
    const std::string columns = user.name + ", " + user.number + ", " + user.group;
    const std::string of_number = ") AS l WHERE l." + user.group + " = $1";
    add(keys.number, user_count::many, *lookup,
        "SELECT " + columns + " FROM (" + lookup->query.with_parameter("$1") + of_number +
            " UNION SELECT " + columns + " FROM (" + users.list.text + of_number);
}

} // namespace

void add_private_groups(mapping& mapping, kind_id users_id, kind_id groups_id)
{
    const kind& users = mapping.kinds[users_id];
    kind& groups = mapping.kinds[groups_id];
    if (!users.error.empty() || !groups.error.empty()) {
        kind own = groups;
        own.name = "private groups";
        own.error = users.error.empty() ? groups.error : users.error;
        own.sources.resize(1);
        own.yields_to_kind = groups_id;
        mapping.kinds.push_back(std::move(own));
        return;
    }
    const attribute_id gid = mapping.attribute_named("gidNumber");
    const attribute_id uid_number = mapping.attribute_named("uidNumber");
    const attribute_id member = mapping.attribute_named("memberUid");
    const attribute_source* user_group = users.source_of(gid);
    const attribute_source* user_number = users.source_of(uid_number);
    const attribute_source* group_number = groups.source_of(gid);
    if (user_group == nullptr || user_number == nullptr || group_number == nullptr ||
        user_group->column.empty() || user_number->column.empty() || group_number->column.empty())
        return;
    const account_columns user = {
        quote_identifier(users.rdn().column), quote_identifier(user_number->column),
        quote_identifier(user_group->column), users.find_column(user_group->column),
        mapping.attributes[groups.rdn().attribute].rule == matching_rule::ignore_case};
    const std::string name = groups.rdn().column;
    const std::string number = group_number->column;

    kind own;
    own.name = "private groups";
    own.container_dn = groups.container_dn;
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
        c.type_oid = from->type_oid;
        c.deterministic = from->deterministic;
        c.wide = from->wide;
        c.own_cast = from->own_cast;
    }
    own.yields_to_kind = groups_id;
    own.list.text =
        private_groups_of(users.list.text, user_count::many, users, groups, user, name, number);
    // The other columns are NULL, so that what a group has by default stands in for them.
    for (const attribute_source& s : groups.sources)
        if (s.attribute != member)
            own.sources.push_back(s);
    own.sources.front().compare = users.rdn().compare; // its values are the users' names
    // The member is the user whose name the group has.
    own.sources.push_back({.attribute = member, .column = name, .compare = comparison::exact});

    const auto in_groups = [&](const std::string& from, user_count count,
                               const std::string& and_column = "") {
        return private_groups_of(from, count, users, groups, user, name, number, and_column);
    };
    add_private_lookups(own, mapping, users, in_groups, user, {own.rdn().attribute, gid, member});
    const auto by_member = std::find_if(groups.lookups.begin(), groups.lookups.end(),
                                        [&](const lookup& l) { return l.attribute == member; });
    const lookup* one_user = users.lookup_by(users.rdn().attribute);
    const attribute_id dn = mapping.attribute_named("member");
    // Where a column has the members, private groups have none in it, so that they are not found
    // by what a filter says of it; and conditions are made for one type.
    if (by_member != groups.lookups.end() && by_member->complete && one_user != nullptr &&
        one_user->complete && groups.source_of(member) == nullptr && alike &&
        groups.source_of(dn) == nullptr && groups.values_of(dn) == nullptr) {
        std::string columns;
        for (const column& c : groups.columns)
            columns += (columns.empty() ? "" : ", ") + quote_identifier(c.name);
        const auto with_private = [&](const postgres::query_text& found, const std::string& from) {
            return postgres::parse_placeholders("SELECT " + columns + ", false AS " +
                                                private_group_column + " FROM (" +
                                                found.with_parameter("$1") + ") AS m UNION ALL " +
                                                in_groups(from, user_count::one, ", true"));
        };
        const std::string member_row = one_user->query.with_parameter("$1");
        if (users.parent_kind) { // the rows would not tell where the member's entry is
            by_member->with_private_groups = with_private(by_member->query, member_row);
            mapping.kinds.push_back(std::move(own));
            return;
        }
        if (!by_member->checked.text.empty())
            by_member->checked = with_private(
                by_member->checked, "SELECT u.* FROM (" + member_row + "\n) AS u WHERE u." +
                                        user.name + "::text COLLATE \"C\" = $1::text");
        by_member->query = with_private(by_member->query, member_row);
        by_member->includes_private_groups = true;
        by_member->columns.clear();
    }
    mapping.kinds.push_back(std::move(own));
}

bool decides_private_groups(const mapping& mapping, const plan& plan)
{
    const auto kind = mapping.kinds.id_of(*plan.entry_kind);
    return plan.at_most_one &&
           std::any_of(mapping.kinds.begin(), mapping.kinds.end(),
                       [&](const auto& other) { return other.yields_to_kind == kind; });
}

} // namespace pgsql::directory
