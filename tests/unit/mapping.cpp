// Templates fill missing attributes, plans read only the requested columns, private groups work.
#include "mapping/settings.hpp"
#include "query/group_members.hpp"
#include "query/private_groups.hpp"
#include "query/query_planner.hpp"

#include <catch2/catch_test_macros.hpp>

#include <functional>
#include <map>
#include <random>

using namespace pgsql::directory;

static std::optional<std::string> expand(const char* pattern,
                                         std::map<std::string, std::string> row)
{
    return value_template::parse(pattern, "example.com")
        .expand([&](const std::string& name) -> std::optional<std::string_view> {
            const auto at = row.find(name);
            return at == row.end() ? std::nullopt : std::optional<std::string_view>(at->second);
        });
}

TEST_CASE("a template needs all its columns")
{
    CHECK(expand("{username}@{domain}", {{"username", "ann"}}) == "ann@example.com");
    CHECK(expand("{first} {last}", {{"first", "Ann"}}) == std::nullopt);
    CHECK(expand("{first} {last}", {{"first", "Ann"}, {"last", ""}}) == std::nullopt);
    CHECK(expand("{cn:last}", {{"cn", "Ann van Archer "}}) == "Archer");
    CHECK(expand("{cn:last}", {{"cn", "Ann"}}) == "Ann");
    CHECK(expand("{{{cn}}}", {{"cn", "x"}}) == "{x}");
    for (const char* bad : {"{open", "close}", "{}", "{a:first}", ""})
        CHECK_THROWS_AS(value_template::parse(bad, ""), std::invalid_argument);
}

namespace {

constexpr attribute_id uid{0}, uid_number{1}, gid_number{2}, cn{3}, member_uid{4};
constexpr kind_id users_id{0}, groups_id{1};

mapping two_kinds()
{
    mapping m;
    m.attributes = {{"uid", matching_rule::ignore_case},
                    {"uidNumber", matching_rule::integer},
                    {"gidNumber", matching_rule::integer},
                    {"cn", matching_rule::ignore_case},
                    {"memberUid", matching_rule::exact_case}};
    kind users;
    users.name = "users";
    users.list.text = "SELECT * FROM u";
    users.columns = {{"username", column_type::text},
                     {"uid_number", column_type::int4},
                     {"gid_number", column_type::int4},
                     {"full_name", column_type::text},
                     {"password", column_type::text}};
    users.password_column = "password";
    users.sources = {
        {.attribute = uid,
         .column = "username",
         .defaults = {},
         .compare = comparison::lower,
         .required = true},
        {.attribute = uid_number, .column = "uid_number", .defaults = {}, .required = true},
        {.attribute = gid_number, .column = "gid_number", .defaults = {}, .required = true},
        {.attribute = cn, .column = "full_name", .defaults = {}}};
    users.lookups.push_back(
        {uid, pgsql::postgres::parse_placeholders("SELECT * FROM u WHERE n = ?")});
    kind groups;
    groups.name = "groups";
    groups.list.text = "SELECT * FROM g";
    groups.columns = {{"name", column_type::text}, {"gid_number", column_type::int4}};
    groups.sources = {
        {.attribute = cn, .column = "name", .defaults = {}, .required = true},
        {.attribute = gid_number, .column = "gid_number", .defaults = {}, .required = true}};
    groups.lookups.push_back(
        {member_uid, pgsql::postgres::parse_placeholders("SELECT * FROM gm WHERE n = ?")});
    m.kinds = {users, groups};
    return m;
}

} // namespace

TEST_CASE(
    "a plan reads the key, required columns and requested columns, and passwords only on request")
{
    const mapping m = two_kinds();
    const auto plan = make_plan(m, m.kinds[0], filter::equals(uid_number, "5"), {});
    REQUIRE(plan);
    CHECK(
        plan->page_statement(std::nullopt, false).text ==
        "SELECT e.\"username\", e.\"uid_number\", e.\"gid_number\" FROM (SELECT * FROM u) AS e WHERE e.\"uid_number\" = $1 LIMIT 501");
    const auto bind = make_plan(m, m.kinds[0], filter::equals(uid_number, "5"),
                                {.all_user = true, .password = true});
    CHECK(bind->columns.back()->name == "password");
    const auto all = make_plan(m, m.kinds[0], filter::constant_of(truth::yes), {.all_user = true});
    CHECK(all->columns.size() == 4);
}

TEST_CASE("a lookup replaces its filter term, and pages continue after the last key")
{
    const mapping m = two_kinds();
    const auto keyed = make_plan(m, m.kinds[0], filter::equals(uid, "ann"), {});
    CHECK(keyed->from_sql.find("FROM (SELECT * FROM u WHERE n = $1) AS e") != std::string::npos);
    CHECK(keyed->where_sql.empty());
    const auto all = make_plan(m, m.kinds[0], filter::constant_of(truth::yes), {});
    const auto next = all->page_statement("zoe", true);
    CHECK(next.text.ends_with("WHERE e.\"username\" > $1 ORDER BY e.\"username\" LIMIT 501"));
    CHECK(next.values == std::vector<std::string>{"zoe"});
}

TEST_CASE("a page ends once its values of unlimited length exceed a megabyte")
{
    mapping m = two_kinds();
    m.kinds[0].columns[3].wide = true;
    const auto name = "e." + pgsql::postgres::quote_identifier(m.kinds[0].columns[3].name);
    const selection all_of_it = {.all_user = true};
    const auto page = make_plan(m, m.kinds[0], filter::constant_of(truth::yes), all_of_it)
                          ->page_statement("zoe", true);
    CHECK(page.text.starts_with("SELECT * FROM (SELECT e.\"username\""));
    CHECK(page.text.find(", sum(coalesce(octet_length((" + name +
                         ")::text)::float8, 0)) OVER (ORDER BY e.\"username\" ROWS BETWEEN "
                         "UNBOUNDED PRECEDING AND 1 PRECEDING) AS back_pgsql_before FROM (") !=
          std::string::npos);
    CHECK(page.text.ends_with("ORDER BY e.\"username\" LIMIT 501) AS p WHERE "
                              "(p.back_pgsql_before >= 1048576) IS NOT TRUE"));
    // No size is computed for a single entry or without such a column.
    CHECK(make_plan(m, m.kinds[0], filter::equals(uid, "ann"), all_of_it)->width_sql.empty());
    CHECK(make_plan(m, m.kinds[0], filter::constant_of(truth::yes), {})->width_sql.empty());
    // A values query for one entry has no limit; one for several entries has.
    values_query list;
    set_key_condition(list, "SELECT k, v FROM l", "k");
    const auto one = values_of(list, {"{a}"});
    CHECK(one.text == "SELECT k, v FROM l WHERE k = $1");
    CHECK(one.values == std::vector<std::string>{"{a}"});
    const auto two = values_of(list, {"a", "b"});
    CHECK(two.text == "SELECT k, v FROM l WHERE k = ANY($1) LIMIT 20001");
    CHECK(two.values == std::vector<std::string>{R"({"a","b"})"});
}

TEST_CASE("a group found by its member has a match column for it")
{
    const mapping m = two_kinds();
    const auto plan = make_plan(m, m.kinds[1], filter::equals(member_uid, "ann"), {});
    REQUIRE(plan->match_columns.size() == 1);
    CHECK(plan->match_columns[0].value == "ann");
    CHECK_FALSE(plan->match_columns[0].position);
    const auto either =
        make_plan(m, m.kinds[1],
                  filter::combine(filter::node::disjunction, {filter::equals(member_uid, "ann"),
                                                              filter::equals(gid_number, "7")}),
                  {});
    REQUIRE(either->match_columns.size() == 1);
    CHECK(either->match_columns[0].position == 2);
}

TEST_CASE("private groups are a separate kind, derived from the other queries")
{
    mapping m = two_kinds();
    CHECK(
        members_from_lookup(m, users_id, groups_id)
            .batch_sql.find(
                "CROSS JOIN LATERAL (SELECT * FROM gm WHERE n = back_pgsql_member.\"username\")") !=
        std::string::npos);
    add_private_groups(m, users_id, groups_id);
    REQUIRE(m.kinds.size() == 3);
    CHECK(m.kinds[2].yields_to_kind == groups_id);
    CHECK(m.kinds[1].lookups[0].includes_private_groups);
    CHECK(m.kinds[1].lookups[0].query.parameters == 1);
}

TEST_CASE("a broken kind is an error only for filters that may match its entries")
{
    mapping m = two_kinds();
    m.kinds[0].error = "no such table";
    m.kinds[0].all_classes = {"posixaccount"};
    filter groups_only;
    groups_only.type = filter::node::object_class;
    groups_only.value = "posixgroup";
    CHECK_FALSE(make_plan(m, m.kinds[0], groups_only, {}));
    CHECK_THROWS_AS(make_plan(m, m.kinds[0], filter::equals(cn, "x"), {}), config_error);
}

// The cache relies on this: its key is only the identity.
TEST_CASE("plans have the same identity if and only if their statements and entries are the same")
{
    const mapping m = two_kinds();
    std::minstd_rand random(7); // NOLINT: the same every time
    const auto any = [&](std::size_t n) { return random() % n; };
    const auto any_attribute = [&] { return attribute_id(any(m.attributes.size())); };
    const std::vector<std::string> texts = {"ann", "bob", "5", "5 ", "", "a1", "1 a", "2001"};
    const std::function<filter(int)> some_filter = [&](int depth) -> filter {
        const auto type = depth == 0 ? 2 : any(5);
        if (type < 2)
            return filter::combine(type == 0 ? filter::node::conjunction
                                             : filter::node::disjunction,
                                   {some_filter(depth - 1), some_filter(depth - 1)});
        if (type == 3)
            return filter::present(any_attribute());
        return filter::equals(any_attribute(), texts[any(texts.size())]);
    };
    std::map<std::string, std::string> identities;
    std::map<std::string, std::string> meanings;
    for (int i = 0; i < 20'000; ++i) {
        const auto kind = any(m.kinds.size());
        selection selection{.all_user = any(4) == 0};
        for (auto n = any(3); n > 0; --n)
            selection.attributes.push_back(any_attribute());
        const auto plan = make_plan(m, m.kinds[kind], some_filter(2), selection);
        if (!plan)
            continue;
        const auto page = plan->page_statement(std::nullopt, false);
        std::string meaning = page.text;
        for (const auto& v : page.values)
            meaning += "|" + std::to_string(v.size()) + v;
        for (const auto& mark : plan->match_columns)
            meaning += "|" + std::to_string(mark.attribute.index()) + "," +
                       std::to_string(mark.position.value_or(-1)) + "," + mark.value;
        for (const bool one : plan->chosen)
            meaning += one ? "|1" : "|0";
        const std::string identity = std::to_string(kind) + plan->identity();
        const auto known = identities.emplace(identity, meaning).first;
        REQUIRE(known->second == meaning);
        const auto same = meanings.emplace(meaning, identity).first;
        CHECK(same->second == identity);
    }
    CHECK(identities.size() > 1000);
}
