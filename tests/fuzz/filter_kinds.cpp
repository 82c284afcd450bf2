// filter_kinds.cpp: kinds with a column of each type and an attribute of each matching rule.
#include "fuzz/filter_kinds.hpp"

#include "fuzz/filter_columns.hpp"

namespace pgsql::fuzz {
namespace {

using namespace directory;

constexpr std::array rules = {matching_rule::ignore_case, matching_rule::exact_case,
                              matching_rule::integer,     matching_rule::boolean,
                              matching_rule::time,        matching_rule::uuid,
                              matching_rule::other};

constexpr std::size_t attributes = columns.size() * rules.size();

kind make_people(unsigned variant)
{
    kind person{.name = "people", .parent = container_id(1), .all_classes = {"top", "person"}};
    person.list = postgres::parse_placeholders("SELECT * FROM people");
    person.columns.assign(columns.begin(), columns.end());
    for (std::size_t i = 0; i < attributes; ++i) {
        attribute_source from{.attribute = attribute_id(i),
                              .column = columns[i / rules.size()].name};
        from.compare = i == 0 ? comparison::lower : comparison(variant % 3);
        from.required = i == 0 || (variant & 4) != 0;
        if ((variant & 8) != 0 && i != 0)
            from.defaults = {value_template::parse("{username}@example.com", ""),
                             value_template::parse("/bin/sh", "")};
        person.sources.push_back(from);
    }
    const auto lookup_by = [](attribute_id attribute, const std::string& name, column_type type) {
        return lookup{attribute,
                      postgres::parse_placeholders("SELECT * FROM people WHERE " + name + " = ?"),
                      type,
                      {columns.begin(), columns.end()}};
    };
    person.lookups = {lookup_by(attribute_id(0), "username", text),
                      lookup_by(attribute_of('b', 'c'), "number", int4),
                      lookup_by(attribute_of('i', 'f'), "id", uuid),
                      lookup_by(attribute_of('j', 'e'), "changed", timestamptz)};

    return person;
}

mapping make(unsigned variant)
{
    mapping out{.kinds = {make_people(variant), make_groups()}};
    for (std::size_t i = 0; i < attributes; ++i)
        out.attributes.push_back({"attribute" + std::to_string(i), rules[i % rules.size()]});
    if ((variant & 16) != 0) {
        out.characters = std::make_shared<character_set>();
        out.characters->learn("\xc3\xa4", true);
        out.characters->learn("\xe2\x82\xac", false);
    }
    return out;
}

} // namespace

const mapping& current_mapping(char variant)
{
    static std::array<std::unique_ptr<mapping>, 32> made;
    const unsigned index = static_cast<unsigned char>(variant) % 32;
    if (made[index] == nullptr)
        made[index] = std::make_unique<mapping>(make(index));
    return *made[index];
}

attribute_id attribute_of(char column, char rule)
{
    const auto index = [](char letter, std::size_t count) {
        return static_cast<unsigned char>(letter - 'a') % count;
    };
    return attribute_id(index(column, columns.size()) * rules.size() + index(rule, rules.size()));
}

} // namespace pgsql::fuzz
