// EXPLAIN's output is parsed into the scans of tables, their indexes and their conditions.
#include "advisor/explain_plan.hpp"

#include <catch2/catch_test_macros.hpp>

#include <stdexcept>

using namespace pgsql::postgres;

namespace {

// From PostgreSQL 15, without irrelevant fields.
constexpr const char* join = R"json([{"Plan": {
  "Node Type": "Nested Loop", "Output": ["g.cn", "\"Users\".uid"],
  "Plans": [
    {"Node Type": "Nested Loop", "Join Filter": "(ug.\"gidNumber\" = g.\"gidNumber\")",
     "Plans": [
       {"Node Type": "Bitmap Heap Scan", "Relation Name": "Groups", "Schema": "public", "Alias": "g",
        "Filter": "(NOT g.\"isAdmin\")",
        "Plans": [{"Node Type": "BitmapOr", "Plans": [
          {"Node Type": "Bitmap Index Scan", "Index Name": "by_name", "Index Cond": "((g.cn)::text = 'x'::text)"},
          {"Node Type": "Bitmap Index Scan", "Index Name": "odd_names"}]}]},
       {"Node Type": "Materialize",
        "Plans": [{"Node Type": "Seq Scan", "Relation Name": "UserGroups", "Schema": "public", "Alias": "ug"}]}]},
    {"Node Type": "Index Only Scan", "Index Name": "Users_pkey", "Relation Name": "Users",
     "Schema": "public", "Alias": "Users", "Index Cond": "(\"Users\".\"uidNumber\" = ug.\"uidNumber\")"}]}}])json";

} // namespace

TEST_CASE("every table of a plan is found with its index and conditions")
{
    const query_plan plan = read_plan(join);
    REQUIRE(!plan.outputs.empty());
    CHECK(plan.outputs.front() == "g.cn");
    CHECK(plan.conditions.size() == 4);
    CHECK(plan.relations ==
          std::vector<std::pair<std::string, std::string>>{
              {"public", "Groups"}, {"public", "UserGroups"}, {"public", "Users"}});
    CHECK(plan.line == "Nested Loop (Nested Loop (Bitmap Heap Scan of Groups (BitmapOr (Bitmap "
                       "Index Scan by by_name, Bitmap Index Scan by odd_names)), Materialize (Seq "
                       "Scan of UserGroups)), Index Only Scan of Users by Users_pkey)");
    REQUIRE(plan.scans.size() == 4);
    const std::string member = R"((ug."gidNumber" = g."gidNumber"))";

    CHECK(plan.scans[0].table == "Groups");
    CHECK(plan.scans[0].alias == "g");
    CHECK(plan.scans[0].index == "by_name");
    CHECK(plan.scans[0].index_condition == "((g.cn)::text = 'x'::text)");
    CHECK(plan.scans[0].conditions ==
          std::vector<std::string>{"((g.cn)::text = 'x'::text)", "(NOT g.\"isAdmin\")", member});
    CHECK(plan.scans[1].index == "odd_names");
    CHECK(plan.scans[1].index_condition.empty());
    CHECK(plan.scans[2].table == "UserGroups");
    CHECK(plan.scans[2].index.empty());
    CHECK(plan.scans[2].conditions == std::vector<std::string>{member});
    CHECK(plan.scans[3].index == "Users_pkey");
    CHECK(plan.scans[3].conditions ==
          std::vector<std::string>{R"(("Users"."uidNumber" = ug."uidNumber"))"});
}

TEST_CASE("join conditions do not apply below nodes that need all their rows")
{
    const query_plan plan = read_plan(R"json([{"Plan": {
      "Node Type": "Hash Join", "Hash Cond": "(a.x = b.x)", "Plans": [
        {"Node Type": "Limit", "Plans": [
          {"Node Type": "Seq Scan", "Relation Name": "a", "Schema": "s", "Alias": "a"}]},
        {"Node Type": "Hash", "Plans": [
          {"Node Type": "Seq Scan", "Relation Name": "b", "Schema": "s", "Alias": "b"}]}]}}])json");
    REQUIRE(plan.scans.size() == 2);
    CHECK(plan.scans[0].conditions.empty());
    CHECK(plan.scans[1].conditions.size() == 1);
}

TEST_CASE("the cost of a plan is that of its first node")
{
    CHECK(read_plan(R"json([{"Plan": {"Node Type": "Limit", "Total Cost": 8.5, "Plans": [
      {"Node Type": "Result", "Total Cost": 80}]}}])json")
              .cost == 8.5);
    CHECK(read_plan(R"json([{"Plan": {"Node Type": "Result"}}])json").cost == 0);
}

TEST_CASE("an invalid plan is refused")
{
    for (const char* bad :
         {"", "[]", "{}", "[{}]", "Seq Scan on x", R"([{"Plan": {"Output": [1]}}])"})
        CHECK_THROWS_AS(read_plan(bad), std::invalid_argument);
}

TEST_CASE("a column is distinguished from other expressions")
{
    CHECK(column_in("u.uid") == column_reference{"u", "uid", false});
    CHECK(column_in("(u.uid)::text") == column_reference{"u", "uid", true});
    CHECK(column_in(R"name("Us""ers"."a.b = (c)")name") ==
          column_reference{"Us\"ers", "a.b = (c)", false});
    for (const char* other :
         {"uid", "lower(u.uid)", "(u.uid)::integer", "'u.uid'::text", "u.uid COLLATE \"C\"", "5.0",
          "(u.a || u.b)", "u.a.b", "\"u\"x\".a", ""})
        CHECK(!column_in(other));
    for (const char* cast : {"u.uid", "(u.uid)::text", "((u.uid)::character varying(100))::text",
                             R"(("Users"."userPassword")::text[])"})
        CHECK(is_column(cast));
    for (const char* other :
         {"(u.uid)::text || 'x'::text", "'x'::text || (u.uid)::text", "((u.uid)::text IS NULL)",
          "md5((u.uid)::text)", "(u.uid)::text = 'x'::text", "CASE WHEN (u.a)::boolean THEN 1 END",
          "'x'::text", "uid", ""})
        CHECK(!is_column(other));
}

TEST_CASE("only equalities that the whole condition implies count")
{
    const auto columns = [](const char* condition) {
        std::string out;
        for (const auto& [column, with] : equalities_in(condition))
            out += column.alias + "." + column.column + " with " + with + "; ";
        return out;
    };
    CHECK(columns("(a.x = 5)") == "a.x with 5; ");
    CHECK(columns("(a.x = b.y)") == "a.x with b.y; b.y with a.x; ");
    CHECK(columns("(((a.x)::text = 'it''s (1 AND 2'::text) AND (a.z = 1) AND (a.w > 2))") ==
          "a.x with 'it''s (1 AND 2'::text; a.z with 1; ");
    CHECK(columns("(a.x = ANY ('{1,2}'::integer[]))") == "a.x with ANY ('{1,2}'::integer[]); ");
    CHECK(columns("((a.x = 1) OR (a.y = 2))").empty());
    CHECK(columns("(((a.x = 1) OR (a.y = 2)) AND (a.z = 3))") == "a.z with 3; ");
    CHECK(columns("(NOT (a.x = 1))").empty());
    CHECK(columns("(lower(a.x) = '1'::text)").empty());
    CHECK(columns("(a.x ~ ' = '::text)").empty());
}

TEST_CASE("a condition on one column is not taken for one on another")
{
    using names = std::set<std::string>;
    CHECK(columns_of(R"((ug."gidNumber" = g."uidNumber"))", "ug") == names{"gidNumber"});
    CHECK(columns_of("((a.x >= 1) AND (a.y < b.z))", "a") == names{"x", "y"});
    CHECK(columns_of("(lower((\"A\".x)::text) = 'y'::text)", "A") == names{"x"});
    CHECK(columns_of("(a.\"sa\"\"id\" = aa.x)", "a") == names{"sa\"id"});
    CHECK(columns_of("(aa.x = a.xx)", "a") == names{"xx"});
    CHECK(columns_of("(a.\"x", "a").empty());
}

TEST_CASE("an expression is written with the column names of one table")
{
    const std::set<std::string> aliases = {"u", "Us\"ers", "g", "lower"};
    const auto on = [&](const char* alias, const char* expression) {
        return expression_on(alias, expression, aliases).value_or("none");
    };
    CHECK(on("u", "(u.id + 10000)") == "id + 10000");
    CHECK(on("u", "((u.id + 10000))") == "id + 10000");
    CHECK(on("u", "COALESCE(u.mail, ((u.\"User Name\")::text || '@u.x'::text))") ==
          "COALESCE(mail, ((\"User Name\")::text || '@u.x'::text))");
    CHECK(on("Us\"ers", "(\"Us\"\"ers\".a || \"Us\"\"ers\".\"b.u.c\")") == "a || \"b.u.c\"");
    // Functions, types and collations of a schema with the name of an alias.
    CHECK(on("u", "u.f(u.x)") == "u.f(x)");
    CHECK(on("u", "(u.x)::u.citext") == "(x)::u.citext");
    CHECK(on("u", "lower(u.x)") == "lower(x)");
    CHECK(on("u", "(u.address).city") == "(address).city");
    CHECK(on("u", "'it''s u.x'::text || u.y") == "'it''s u.x'::text || y");
    for (const char* other :
         {"(u.id + g.id)", "g.id", "'u.id'::text", "u.*", "hash(u.*)", "5.0", "", "$1", "xu.id"})
        CHECK(on("u", other) == "none");
    CHECK(aliases_in("((u.id + g.id) > 'lower.x'::text)", aliases) ==
          std::set<std::string>{"g", "u"});
}

TEST_CASE("the sides of an equality may be expressions")
{
    using sides = std::vector<std::pair<std::string, std::string>>;
    CHECK(equal_sides("((lower((u.uid)::text) = 'x'::text) AND (u.a > 1))") ==
          sides{{"lower((u.uid)::text)", "'x'::text"}, {"'x'::text", "lower((u.uid)::text)"}});
    CHECK(equal_sides("((u.a = 1) OR (u.b = 2))").empty());
}
