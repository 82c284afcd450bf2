// A lookup serves a filter only where it finds the rows that show the value, and no others.
#include "query/condition_compiler.hpp"
#include "query/group_members.hpp"
#include "query/private_groups.hpp"
#include "query/query_planner.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace pgsql::directory;
using pgsql::postgres::parse_placeholders;

namespace {

constexpr attribute_id uid{0}, uid_number{1}, gid_number{2}, cn{3}, member_uid{4}, member{5},
    changed{6};
constexpr kind_id users_id{0}, groups_id{1};
constexpr container_id people{1};

mapping users_and_groups()
{
    mapping m;
    m.attributes = {{"uid", matching_rule::ignore_case},      {"uidNumber", matching_rule::integer},
                    {"gidNumber", matching_rule::integer},    {"cn", matching_rule::ignore_case},
                    {"memberUid", matching_rule::exact_case}, {"member", matching_rule::other},
                    {"modifyTimestamp", matching_rule::time}};
    kind users;
    users.name = "users";
    users.parent = people;
    users.list.text = "SELECT * FROM u";
    users.columns = {{.name = "username", .type = column_type::text},
                     {.name = "uid_number", .type = column_type::int4},
                     {.name = "gid_number", .type = column_type::int4}};
    users.sources = {
        {.attribute = uid, .column = "username", .compare = comparison::lower, .required = true},
        {.attribute = uid_number, .column = "uid_number", .required = true},
        {.attribute = gid_number, .column = "gid_number", .required = true}};
    users.lookups = {{uid, parse_placeholders("SELECT * FROM u WHERE n = ?")}};
    kind groups;
    groups.name = "groups";
    groups.list.text = "SELECT * FROM g";
    groups.columns = {{.name = "name", .type = column_type::text},
                      {.name = "gid_number", .type = column_type::int4}};
    groups.sources = {{.attribute = cn, .column = "name", .required = true},
                      {.attribute = gid_number, .column = "gid_number", .required = true}};
    groups.lookups = {{member_uid, parse_placeholders("SELECT * FROM gm WHERE n = ?")}};
    m.kinds = {users, groups};
    return m;
}

filter dn_of(container_id parent, attribute_id rdn, const char* name)
{
    filter out = filter::equals(member, "the DN");
    out.above = {parent};
    out.rdn = rdn;
    out.name = name;
    return out;
}

bool contains(const std::string& text, const char* part)
{
    return text.find(part) != std::string::npos;
}

} // namespace

TEST_CASE("a DN is a name where the kind has names, and the DN elsewhere")
{
    mapping m = users_and_groups();
    m.kinds[1].values.push_back({.attribute = member, .named_kind = users_id});
    CHECK(asserted_value(m, m.kinds[1], dn_of(people, uid, "ann")) == "ann");
    CHECK(asserted_value(m, m.kinds[1], dn_of(suffix_container, uid, "ann")) == std::nullopt);
    CHECK(asserted_value(m, m.kinds[1], dn_of(people, cn, "ann")) == std::nullopt);
    CHECK(asserted_value(m, m.kinds[1], dn_of({}, {}, "")) == std::nullopt);
    CHECK(asserted_value(m, m.kinds[0], dn_of({}, {}, "")) == "the DN");
    CHECK(rule_of_values(m, member, users_id) == matching_rule::ignore_case);
    CHECK(rule_of_values(m, member, {}) == matching_rule::other);
}

TEST_CASE("a lookup is used where the column's type tells that it finds every row")
{
    const auto used = [](column own, column_type parameter, comparison compare = comparison::any) {
        mapping m = users_and_groups();
        kind& k = m.kinds[0];
        own.name = "c";
        k.columns.push_back(own);
        k.sources.push_back({.attribute = changed, .column = "c", .compare = compare});
        return why_distrusted(m, {.attribute = changed, .parameter = parameter}, k) == nullptr;
    };
    using enum column_type;
    for (const column_type type : {int2, int4, int8, numeric})
        CHECK(used({.type = type}, int4));
    CHECK(used({.type = int4}, text));
    CHECK_FALSE(used({.type = numeric}, text));
    CHECK(used({.type = uuid}, uuid));
    CHECK(used({.type = uuid}, text));
    CHECK(used({.type = date, .whole_seconds = true}, date));
    CHECK(used({.type = timestamptz, .whole_seconds = true}, timestamptz));
    CHECK_FALSE(used({.type = timestamptz}, timestamptz));
    CHECK(used({.type = timestamptz}, timestamptz, comparison::exact));
    CHECK_FALSE(used({.type = timestamptz, .whole_seconds = true}, text));
    CHECK_FALSE(used({.type = text}, text));
    CHECK(used({.type = text}, text, comparison::lower));
    CHECK_FALSE(used({.type = citext}, text, comparison::lower));
    CHECK(used({.type = citext}, citext, comparison::lower));
    CHECK_FALSE(used({.type = array}, text));
}

TEST_CASE("a value that a default may have made is not left to a lookup")
{
    mapping m = users_and_groups();
    m.kinds[0].columns.push_back({.name = "c", .type = column_type::text});
    m.kinds[0].sources.push_back({.attribute = cn,
                                  .column = "c",
                                  .defaults = {value_template::parse("{username}@x", "")},
                                  .compare = comparison::lower});
    m.kinds[0].lookups.push_back({cn, parse_placeholders("SELECT * FROM by_cn WHERE c = ?")});
    const auto from = [&](const char* value) {
        return make_plan(m, m.kinds[0], filter::equals(cn, value), {})->from_sql;
    };
    CHECK(contains(from("ann"), "by_cn"));
    CHECK_FALSE(contains(from("ann@x"), "by_cn"));
}

TEST_CASE("a member in another case than names are stored in has to be one")
{
    mapping m = users_and_groups();
    check_spelling(m, users_id, groups_id);
    const lookup& lookup = m.kinds[1].lookups[0];
    CHECK(&lookup.query_for("ann") == &lookup.query);
    CHECK(&lookup.query_for("Ann") == &lookup.checked);
    CHECK(&lookup.query_for("j\xc3\xb6rg") == &lookup.checked);
    CHECK(contains(lookup.checked.with_parameter("$1"),
                   "EXISTS (SELECT 1 FROM (SELECT * FROM u WHERE n = $1)"));
    m.kinds[0].sources[0].compare = comparison::any;
    check_spelling(m, users_id, groups_id);
    CHECK(&lookup.query_for("ann") == &lookup.checked);
    m.kinds[1].values.push_back(
        {.attribute = member_uid, .source_sql = "SELECT name, who FROM l", .value_column = "who"});
    check_spelling(m, users_id, groups_id);
    CHECK(contains(lookup.checked.text, "IN (SELECT v.\"name\" FROM (SELECT name, who FROM l)"));
}

TEST_CASE("private groups are found by the lookups of their users")
{
    mapping m = users_and_groups();
    m.kinds[0].lookups.push_back({.attribute = uid_number,
                                  .query = parse_placeholders("SELECT * FROM u WHERE i = ?"),
                                  .parameter = column_type::int4});
    add_private_groups(m, users_id, groups_id);
    const auto from = [&](const filter& filter) {
        return make_plan(m, m.kinds[2], filter, {})->from_sql;
    };
    for (const attribute_id attribute : {cn, member_uid})
        CHECK(contains(from(filter::equals(attribute, "zed")), "FROM u WHERE n = $1"));
    const std::string by_number = from(filter::equals(gid_number, "7"));
    CHECK(contains(by_number, "(SELECT * FROM u WHERE i = $1) AS l WHERE l.\"gid_number\" = $1"));
    CHECK(contains(by_number, "UNION SELECT"));
    CHECK(contains(by_number, "lower(g.\"name\" COLLATE \"C\") = u.\"username\""));
}

TEST_CASE("a further page is compared with the names before it")
{
    const mapping m = users_and_groups();
    CHECK_FALSE(m.kinds[0].names_may_coincide());
    REQUIRE(m.kinds[1].names_may_coincide());
    const auto plan = make_plan(m, m.kinds[1], filter::equals(gid_number, "7"), {});
    const auto asked = plan->same_before("k", {"team"});
    CHECK(asked.text.ends_with("WHERE e.\"gid_number\" = $1 AND (lower(e.\"name\" COLLATE \"C\") = "
                               "ANY($2) OR e.\"name\" ~ '^ |  | $|[^ -~]') AND e.\"name\" < $3) "
                               "AS s(n)"));
    CHECK(asked.values == std::vector<std::string>{"7", R"({"team"})", "k"});
}
