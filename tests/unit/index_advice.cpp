// Client searches that read whole tables get advice on the missing indexes.
#include "advisor/index_advice.hpp"
#include "advisor/sample_queries.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <map>

using namespace pgsql::directory;
using pgsql::postgres::seq_scan;
using pgsql::postgres::statement;

namespace {

constexpr attribute_id uid{0}, uid_number{1}, gid_number{2}, cn{3}, member_uid{4}, mail{5},
    entry_uuid{6}, changed{7};

mapping two_kinds()
{
    mapping m;
    m.attributes = {
        {"uid", matching_rule::ignore_case},      {"uidNumber", matching_rule::integer},
        {"gidNumber", matching_rule::integer},    {"cn", matching_rule::ignore_case},
        {"memberUid", matching_rule::exact_case}, {"mail", matching_rule::ignore_case},
        {"entryUUID", matching_rule::uuid},       {"modifyTimestamp", matching_rule::time}};
    kind users;
    users.name = "users";
    users.list.text = "SELECT * FROM u";
    users.columns = {{"username", column_type::text}, {"number", column_type::int4},
                     {"group", column_type::int4},    {"mail", column_type::text},
                     {"id", column_type::uuid},       {"changed", column_type::timestamptz}};
    users.sources = {
        {.attribute = uid, .column = "username", .defaults = {}, .compare = comparison::lower},
        {.attribute = uid_number, .column = "number", .defaults = {}},
        {.attribute = gid_number, .column = "group", .defaults = {}},
        {.attribute = mail,
         .column = "mail",
         .defaults = {value_template::parse("{username}@{domain}", "Example.com")}},
        {.attribute = entry_uuid, .column = "id", .defaults = {}},
        {.attribute = changed, .column = "changed", .defaults = {}}};
    kind groups;
    groups.name = "groups";
    groups.list.text = "SELECT * FROM g";
    groups.columns = {{"name", column_type::text}, {"gid_number", column_type::int4}};
    groups.sources = {{.attribute = cn, .column = "name", .defaults = {}},
                      {.attribute = gid_number, .column = "gid_number", .defaults = {}}};
    values_query members{
        .attribute = member_uid, .source_sql = "SELECT * FROM m", .value_column = "who"};
    set_key_condition(members, "SELECT v.name, v.who FROM (SELECT * FROM m) AS v", "v.name");
    groups.values.push_back(std::move(members));
    kind broken;
    broken.name = "broken";
    broken.error = "no such table";
    broken.sources = {{.attribute = cn}};
    m.kinds = {users, groups, broken};
    return m;
}

const sample_query& named(const std::vector<sample_query>& in, const std::string& text)
{
    const auto at = std::find_if(in.begin(), in.end(),
                                 [&](const sample_query& p) { return p.description == text; });
    REQUIRE(at != in.end());
    return *at;
}

} // namespace

TEST_CASE("every kind without an error has the searches of clients")
{
    std::string all;
    for (const sample_query& p : sample_queries(two_kinds()))
        all += p.description + "; ";
    CHECK(all == "finding users by uid; finding users by uidNumber; finding users by mail; "
                 "finding users by entryUUID; finding users by modifyTimestamp; "
                 "finding groups by cn; finding groups by gidNumber; finding groups by memberUid; "
                 "showing memberUid of groups; ");
}

TEST_CASE("each condition that OR connects has its index")
{
    const auto all = sample_queries(two_kinds());
    const sample_query& mail = named(all, "finding users by mail");
    REQUIRE(mail.parts.size() == 3);
    CHECK(mail.statement.values ==
          std::vector<std::string>{"back-pgsql@example.com", "back-pgsql"});
    for (const auto& part : mail.parts) {
        CHECK(part.column == "e.\"mail\"");
        const std::string head = "SELECT e.\"mail\" FROM (SELECT * FROM u) AS e WHERE ";
        REQUIRE(part.statement.text.substr(0, head.size()) == head);
        // The condition is part of the search's condition, except for the parameter number.
        std::string condition = part.statement.text.substr(head.size());
        if (mail.statement.text.find(condition) == std::string::npos)
            condition.replace(condition.find("$1"), 2, "$2");
        CHECK(mail.statement.text.find(condition) != std::string::npos);
    }
    CHECK(mail.parts[0].index == "(lower(e.\"mail\" COLLATE \"C\"))");
    CHECK(mail.parts[0].statement.values == std::vector<std::string>{"back-pgsql@example.com"});
    CHECK(mail.parts[1].index == "((true)) WHERE e.\"mail\" ~ '^ |  | $|[^ -~]'");
    CHECK(mail.parts[1].statement.values.empty());
    CHECK(mail.parts[2].index == "((true)) WHERE (e.\"mail\" IS NULL OR e.\"mail\" = '')");
    CHECK(mail.parts[2].statement.values == std::vector<std::string>{"back-pgsql"});

    CHECK(named(all, "finding users by uid").parts.at(0).index == "(e.\"username\")");
    CHECK(named(all, "finding users by entryUUID").parts.at(0).index == "(e.\"id\")");
    CHECK(named(all, "finding users by modifyTimestamp").parts.at(0).index == "(e.\"changed\")");
    const auto& member = named(all, "finding groups by memberUid").parts;
    REQUIRE(member.size() == 2);
    CHECK(member[0].statement.text ==
          "SELECT v.\"who\" FROM (SELECT * FROM m) AS v WHERE v.\"who\"::text = $1");
    CHECK(member[0].index == "((v.\"who\"::text))");
}

TEST_CASE("each index on table columns is suggested once")
{
    const auto mails = [](const statement& statement) -> std::vector<seq_scan> {
        if (statement.text.find("lower(e.\"mail\"") != std::string::npos)
            return {{.table = "\"People\"",
                     .rows = 12345,
                     .output_column = "\"e\"\"mail\"",
                     .key_columns = {},
                     .condition = "c"}};
        if (statement.text.find("FROM (SELECT * FROM m)") != std::string::npos)
            return {{.table = "m",
                     .rows = 99999,
                     .output_column = "",
                     .key_columns = {"\"group\"", "\"site\""},
                     .condition = "c"}};
        return {};
    };
    std::vector<std::string> lines;
    for (const auto& advice : missing_indexes(sample_queries(two_kinds()), mails))
        lines.push_back(advice.text());
    CHECK(lines == std::vector<std::string>{
                       "finding users by mail reads all of \"People\" (12345 rows); missing index: "
                       "CREATE INDEX ON \"People\" (lower(\"e\"\"mail\" COLLATE \"C\"));",
                       "finding groups by memberUid reads all of m (99999 rows); missing index: "
                       "CREATE INDEX ON m (\"group\", \"site\");"});
}

TEST_CASE("the advice explains where no index helps, and omits searches that use an index")
{
    CHECK(missing_indexes(sample_queries(two_kinds()), [](const statement&) {
              return std::vector<seq_scan>();
          }).empty());
    const auto computed = [](const statement& statement) -> std::vector<seq_scan> {
        if (statement.text.find("lower(e.\"mail\"") == std::string::npos)
            return {};
        return {{.table = "u",
                 .rows = 20000,
                 .output_column = "",
                 .key_columns = {},
                 .condition = std::string(400, 'x')}};
    };
    const auto found = missing_indexes(sample_queries(two_kinds()), computed);
    REQUIRE(found.size() == 1);
    CHECK(found[0].indexes.empty());
    CHECK(found[0].text() ==
          "finding users by mail reads all of u (20000 rows); no index to suggest for u and "
          "the condition " +
              std::string(300, 'x') + "...");
}

TEST_CASE("the advice tells once of a table for which no index helps")
{
    const auto all = [](const statement&) -> std::vector<seq_scan> {
        return {{.table = "u",
                 .rows = 20000,
                 .output_column = "",
                 .key_columns = {},
                 .condition = "c"}};
    };
    const auto found = missing_indexes(sample_queries(two_kinds()), all);
    REQUIRE(found.size() == 1);
    CHECK(found[0].not_indexable.size() == 1);
}

TEST_CASE("a partial index on an expression comes with statistics")
{
    for (const bool has_statistics : {true, false}) {
        const auto computed = [&](const statement& statement) -> std::vector<seq_scan> {
            if (statement.text.find("e.\"mail\"") == std::string::npos &&
                statement.text.find("e.\"number\"") == std::string::npos)
                return {};
            return {{.table = "app.\"U\"",
                     .rows = 20000,
                     .output_column = "(id + 1)",
                     .has_statistics = has_statistics,
                     .key_columns = {"(id + 1)"},
                     .computed = true,
                     .condition = "c"}};
        };
        std::string all;
        for (const auto& advice : missing_indexes(sample_queries(two_kinds()), computed))
            for (const auto& one : advice.indexes)
                all += one + "\n";
        CHECK(
            all ==
            "CREATE INDEX ON app.\"U\" ((id + 1));\n"
            "CREATE INDEX ON app.\"U\" (lower((id + 1) COLLATE \"C\"));\n"
            "CREATE INDEX ON app.\"U\" ((true)) WHERE (id + 1) ~ '^ |  | $|[^ -~]';\n" +
                std::string(has_statistics ? "CREATE STATISTICS back_pgsql_u_mail ON (id + 1) FROM "
                                             "app.\"U\"; ANALYZE app.\"U\";\n"
                                           : "CREATE INDEX ON app.\"U\" ((id + 1)); ANALYZE "
                                             "app.\"U\";\n") +
                "CREATE INDEX ON app.\"U\" ((true)) WHERE ((id + 1) IS NULL OR (id + 1) = '');\n");
    }
}

TEST_CASE("the advice tells why an expression has no index")
{
    const auto read = [](const statement& statement) -> std::vector<seq_scan> {
        if (statement.text.find("e.\"number\" =") == std::string::npos)
            return {};
        seq_scan out{.table = "u", .rows = 20000, .condition = "c"};
        out.shown_problem = "f(id) is not IMMUTABLE";
        return {out};
    };
    const auto found = missing_indexes(sample_queries(two_kinds()), read);
    REQUIRE(found.size() == 1);
    CHECK(found[0].text() ==
          "finding users by uidNumber reads all of u (20000 rows); no index to suggest "
          "for u and the condition c: f(id) is not IMMUTABLE");
}
