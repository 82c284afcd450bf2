// mapping.cpp: says which rows are which entries: kinds, their queries, and columns → attributes.
#include "mapping/mapping.hpp"

#include "base/ascii.hpp"
#include "sql/statement.hpp"

#include <algorithm>

namespace pgsql::directory {

using postgres::quote_identifier;

const source* kind::source_of(int attribute) const
{
    const auto at = std::find_if(sources.begin(), sources.end(),
                                 [&](const source& s) { return s.attribute == attribute; });
    return at == sources.end() ? nullptr : &*at;
}

const lookup* kind::lookup_by(int attribute) const
{
    const auto at = std::find_if(lookups.begin(), lookups.end(),
                                 [&](const lookup& l) { return l.attribute == attribute; });
    return at == lookups.end() ? nullptr : &*at;
}

const values_query* kind::values_of(int attribute) const
{
    const auto at = std::find_if(values.begin(), values.end(),
                                 [&](const values_query& v) { return v.attribute == attribute; });
    return at == values.end() ? nullptr : &*at;
}

int kind::names_of(int attribute) const
{
    const source* s = source_of(attribute);
    const values_query* v = values_of(attribute);
    return v != nullptr ? v->names_of : s != nullptr ? s->names_of : -1;
}

const postgres::query_text& lookup::query_for(const std::string& value) const
{
    const bool as_stored = stored_lower && is_plain_ascii(value) && lower_ascii(value) == value;
    return checked.text.empty() || as_stored ? query : checked;
}

const column* kind::find_column(std::string_view wanted) const
{
    const auto at = std::find_if(columns.begin(), columns.end(),
                                 [&](const column& c) { return c.name == wanted; });
    return at == columns.end() ? nullptr : &*at;
}

bool kind::names_may_coincide() const
{
    const column* names = find_column(rdn().column);
    return names != nullptr && is_text(names->type) &&
           (rdn().compare == comparison::any || names->type == column_type::citext ||
            !names->deterministic);
}

int mapping::attribute_named(std::string_view name) const
{
    for (std::size_t i = 0; i < attributes.size(); ++i)
        if (attributes[i].name == name)
            return static_cast<int>(i);
    return -1;
}

int mapping::attribute_folded(std::string_view name) const
{
    const std::string wanted = lower_ascii(name);
    for (std::size_t i = 0; i < attributes.size(); ++i)
        if (lower_ascii(attributes[i].name) == wanted)
            return static_cast<int>(i);
    return -1;
}

int mapping::kind_named(std::string_view name) const
{
    for (std::size_t i = 0; i < kinds.size(); ++i)
        if (kinds[i].name == name)
            return static_cast<int>(i);
    return -1;
}

postgres::query_text only_where(const postgres::query_text& query, const std::string& condition)
{
    const std::string_view before = "SELECT * FROM (";
    postgres::query_text out = query;
    // A comment that begins with -- ends where the line does.
    out.text = std::string(before) + query.text + "\n) AS e WHERE (" + condition + "\n)";
    for (auto& place : out.places)
        place += before.size();
    return out;
}

std::string printed(const std::string& value, bool own_cast)
{
    return own_cast ? "concat(" + value + ")" : value + "::text"; // concat makes '' of NULL
}

void ask_by_name(values_query& to, const std::string& rows, const std::string& name)
{
    const std::string condition = rows + " WHERE " + name + " = ";
    to.text = condition + "ANY($1)";
    to.of_one = condition + "$1";
}

void add_positions(values_query& to, const column& name)
{
    const bool one_way = (name.type == column_type::text && name.deterministic) ||
                         name.type == column_type::int2 || name.type == column_type::int4 ||
                         name.type == column_type::int8 || name.type == column_type::uuid;
    if (one_way || to.text.empty() || to.positions)
        return;
    to.text = "SELECT w.k, w.v, array_position($1, w.k) FROM (" + to.text + ") AS w(k, v)";
    to.of_one = "SELECT w.k, w.v, 1 FROM (" + to.of_one + ") AS w(k, v)";
    to.positions = true;
}

void ask_listing(values_query& to)
{
    const std::string name = quote_identifier(to.key.name);
    ask_by_name(to, "SELECT e." + name + ", " + to.read + " FROM (" + to.listing + ") AS e",
                "e." + name);
    to.positions = false;
    add_positions(to, to.key);
}

} // namespace pgsql::directory
