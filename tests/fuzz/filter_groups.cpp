// filter_groups.cpp: a kind whose members are in a table of their own, and the tables of all kinds.
#include "fuzz/filter_columns.hpp"
#include "fuzz/filter_kinds.hpp"

namespace pgsql::fuzz {

using namespace directory;

kind make_groups()
{
    kind group{.name = "groups", .parent = container_id(2), .all_classes = {"top", "group"}};
    group.list = postgres::parse_placeholders("SELECT * FROM groups");
    group.columns = {{.name = "name", .type = text}, {.name = "owner", .type = text}};
    group.sources = {
        {.attribute = attribute_id(0), .column = "name", .required = true},
        {.attribute = attribute_of('a', 'g'), .column = "owner", .named_kind = people}};
    const auto listed = [&](attribute_id attribute, kind_id names_of) {
        values_query in{.attribute = attribute,
                        .source_sql = "SELECT name, member FROM members",
                        .value_column = "member",
                        .read = "e.\"member\"",
                        .key = {.name = "name", .type = text},
                        .named_kind = names_of};
        ask_listing(in);
        return in;
    };
    group.values = {listed(attribute_of('b', 'a'), {}), listed(attribute_of('b', 'b'), people)};
    group.lookups = {
        {attribute_of('b', 'a'),
         postgres::parse_placeholders(
             "SELECT g.* FROM groups g JOIN members m USING (name) WHERE m.member = ?"),
         text, group.columns}};
    return group;
}

std::string table_definitions()
{
    return std::string("CREATE COLLATION IF NOT EXISTS loose (provider = icu, "
                       "locale = 'und-u-ks-level2', deterministic = false);"
                       "CREATE EXTENSION IF NOT EXISTS citext;"
                       "CREATE TEMPORARY TABLE groups (name text, owner text);"
                       "CREATE TEMPORARY TABLE members (name text, member text);"
                       "CREATE TEMPORARY TABLE people (") +
           person_columns + ")";
}

} // namespace pgsql::fuzz
