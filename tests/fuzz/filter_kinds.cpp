// filter_kinds.cpp: kinds with a column of each type and an attribute of each matching rule.
#include "fuzz/filter_kinds.hpp"

#include "fuzz/filter_columns.hpp"

namespace pgsql::fuzz {
namespace {

using namespace directory;

constexpr std::array rules = {match::ignore_case, match::exact_case, match::integer, match::boolean,
                              match::time,        match::uuid,       match::other};

mapping make(unsigned variant)
{
    mapping out;
    kind person{.name = "people", .parent = 1, .all_classes = {"top", "person"}};
    person.list = postgres::parse_placeholders("SELECT * FROM people");
    person.columns.assign(columns.begin(), columns.end());
    for (const column& c : columns)
        for (const match rule : rules) {
            const int index = static_cast<int>(out.attributes.size());
            out.attributes.push_back({.name = "attribute" + std::to_string(index), .rule = rule});
            source from{.attribute = index, .column = c.name};
            from.compare = index == 0 ? comparison::lower : comparison(variant % 3);
            from.required = index == 0 || (variant & 4) != 0;
            if ((variant & 8) != 0 && index != 0)
                from.defaults = {value_template::parse("{username}@example.com", ""),
                                 value_template::parse("/bin/sh", "")};
            person.sources.push_back(from);
        }
    const auto lookup_by = [](int attribute, const std::string& name, column_type type) {
        return lookup{attribute,
                      postgres::parse_placeholders("SELECT * FROM people WHERE " + name + " = ?"),
                      type,
                      {columns.begin(), columns.end()}};
    };
    person.lookups = {lookup_by(0, "username", text),
                      lookup_by(attribute_of('b', 'c'), "number", int4),
                      lookup_by(attribute_of('i', 'f'), "id", uuid),
                      lookup_by(attribute_of('j', 'e'), "changed", timestamptz)};

    kind group{.name = "groups", .parent = 2, .all_classes = {"top", "group"}};
    group.list = postgres::parse_placeholders("SELECT * FROM groups");
    group.columns = {{.name = "name", .type = text}, {.name = "owner", .type = text}};
    group.sources = {{.attribute = 0, .column = "name", .required = true},
                     {.attribute = attribute_of('a', 'g'), .column = "owner", .names_of = people}};
    const auto listed = [&](int attribute, int names_of) {
        values_query in{.attribute = attribute,
                        .listing = "SELECT name, member FROM members",
                        .value = "member",
                        .read = "e.\"member\"",
                        .key = {.name = "name", .type = text},
                        .names_of = names_of};
        ask_listing(in);
        return in;
    };
    group.values = {listed(attribute_of('b', 'a'), -1), listed(attribute_of('b', 'b'), people)};
    group.lookups = {
        {attribute_of('b', 'a'),
         postgres::parse_placeholders(
             "SELECT g.* FROM groups g JOIN members m USING (name) WHERE m.member = ?"),
         text, group.columns}};
    if ((variant & 16) != 0) {
        out.characters = std::make_shared<character_set>();
        out.characters->learn("\xc3\xa4", true);
        out.characters->learn("\xe2\x82\xac", false);
    }
    out.kinds = {person, group};
    return out;
}

} // namespace

const mapping& mapping_of(char variant)
{
    static std::array<std::unique_ptr<mapping>, 32> made;
    const unsigned index = static_cast<unsigned char>(variant) % 32;
    if (made[index] == nullptr)
        made[index] = std::make_unique<mapping>(make(index));
    return *made[index];
}

int attribute_of(char column, char rule)
{
    const auto index = [](char letter, std::size_t count) {
        return static_cast<unsigned char>(letter - 'a') % count;
    };
    return static_cast<int>(index(column, columns.size()) * rules.size() +
                            index(rule, rules.size()));
}

std::string table_definitions()
{
    return "CREATE COLLATION IF NOT EXISTS loose (provider = icu, locale = 'und-u-ks-level2', deterministic = false);"
           "CREATE EXTENSION IF NOT EXISTS citext;"
           "CREATE TEMPORARY TABLE people (" +
           std::string(person_columns) +
           ");"
           "CREATE TEMPORARY TABLE groups (name text, owner text);"
           "CREATE TEMPORARY TABLE members (name text, member text)";
}

} // namespace pgsql::fuzz
