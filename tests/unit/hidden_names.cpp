// The names of rows that a login filter hides are kept out of lists, columns and lookups that
// may have them, and of nothing else.
#include "query/hidden_names.hpp"
#include "query/column_condition.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace pgsql::directory;

namespace {

constexpr attribute_id uid{0}, cn{1}, member_uid{2}, manager{3}, description{4};

mapping users_and_groups(bool hides)
{
    mapping m;
    m.attributes = {{"uid", matching_rule::ignore_case},
                    {"cn", matching_rule::ignore_case},
                    {"memberUid", matching_rule::exact_case},
                    {"manager", matching_rule::other},
                    {"description", matching_rule::ignore_case}};
    kind users;
    users.name = "users";
    users.columns = {{"name", column_type::text}, {"boss", column_type::text}};
    users.sources = {
        {.attribute = uid, .column = "name", .compare = comparison::lower, .required = true},
        {.attribute = manager, .column = "boss"}};
    users.list.text = hides ? "SELECT * FROM u WHERE open" : "SELECT * FROM u";
    users.unfiltered.text = hides ? "SELECT * FROM u" : "";
    users.hides_rows = hides;
    kind groups;
    groups.name = "groups";
    groups.columns = {{"name", column_type::text}, {"text", column_type::text}};
    groups.sources = {{.attribute = cn, .column = "name", .required = true},
                      {.attribute = description, .column = "text"}};
    groups.list.text = "SELECT * FROM g";
    values_query members{.attribute = member_uid,
                         .source_sql = "SELECT * FROM m",
                         .value_column = "who",
                         .read = "e.\"who\"",
                         .key = {"name", column_type::text}};
    ask_listing(members);
    groups.values = {members};
    groups.lookups = {
        {member_uid, pgsql::postgres::parse_placeholders("SELECT * FROM m WHERE ? = who")}};
    m.kinds = {users, groups};
    return m;
}

hidden_names names_of(const mapping& mapping)
{
    return {mapping,
            {.patterns = {{"uid", ",dc=x"}, {"cn", ",dc=x"}},
             .is_dn = [](attribute_id attribute) { return attribute == manager; },
             .types = {}}};
}

} // namespace

TEST_CASE("names of hidden rows are left out where names are")
{
    mapping m = users_and_groups(true);
    const auto names = names_of(m);
    names.remove_from_values(m);
    names.remove_from_lookups(m);
    const values_query& members = m.kinds[1].values.front();
    CHECK(members.source_sql.find("FROM (SELECT * FROM u WHERE open\n) AS h") != std::string::npos);
    CHECK(members.source_sql.find("OR NOT (EXISTS (SELECT 1 FROM (SELECT * FROM u\n) AS h") !=
          std::string::npos);
    CHECK(members.batch_sql.find(members.source_sql) != std::string::npos);
    CHECK(members.single_sql.ends_with(" = $1"));
    CHECK(select_expression(m.kinds[0].columns[1]).starts_with("(CASE WHEN (EXISTS"));
    CHECK(select_expression(m.kinds[0].columns[0]) == "e.\"name\"");
    CHECK(select_expression(m.kinds[1].columns[1]) == "e.\"text\"");
    CHECK(m.kinds[0].list.text == "SELECT * FROM u WHERE open");

    const std::string asked = m.kinds[1].lookups.front().query.with_parameter("$7");
    CHECK(asked.starts_with("SELECT * FROM (SELECT * FROM m WHERE $7 = who"));
    CHECK(asked.find("textout(($7)::text)") != std::string::npos);
    CHECK(asked.find("$1") == std::string::npos);
    CHECK(asked.find('\1') == std::string::npos);
}

TEST_CASE("without hidden rows nothing changes")
{
    mapping m = users_and_groups(false);
    const auto names = names_of(m);
    names.remove_from_values(m);
    names.remove_from_lookups(m);
    CHECK(m.kinds[1].values.front().source_sql == "SELECT * FROM m");
    CHECK(m.kinds[1].lookups.front().query.text == "SELECT * FROM m WHERE $1 = who");
    CHECK(select_expression(m.kinds[0].columns[1]) == "e.\"boss\"");
}

TEST_CASE("lists of names are an error while hidden names are unknown")
{
    mapping m = users_and_groups(true);
    m.kinds[0].error = "the login filter is broken";
    m.kinds[0].columns.clear();
    const auto names = names_of(m);
    names.remove_from_values(m);
    names.remove_from_lookups(m);
    CHECK(m.kinds[1].values.front().error == "the login filter is broken");
    CHECK(m.kinds[1].lookups.empty());
    CHECK(m.kinds[1].error.empty());
}
