// mapping.cpp: the model of the mapping: kinds, their queries, and the columns of attributes.
#include "mapping/mapping.hpp"

#include "base/ascii.hpp"
#include "sql/statement.hpp"

#include <algorithm>

namespace pgsql::directory {

using postgres::quote_identifier;

const attribute_source* kind::source_of(attribute_id attribute) const
{
    const auto at = std::find_if(sources.begin(), sources.end(), [&](const attribute_source& s) {
        return s.attribute == attribute;
    });
    return at == sources.end() ? nullptr : &*at;
}

const lookup* kind::lookup_by(attribute_id attribute) const
{
    const auto at = std::find_if(lookups.begin(), lookups.end(),
                                 [&](const lookup& l) { return l.attribute == attribute; });
    return at == lookups.end() ? nullptr : &*at;
}

const values_query* kind::values_of(attribute_id attribute) const
{
    const auto at = std::find_if(values.begin(), values.end(),
                                 [&](const values_query& v) { return v.attribute == attribute; });
    return at == values.end() ? nullptr : &*at;
}

kind_id kind::named_kind(attribute_id attribute) const
{
    const attribute_source* s = source_of(attribute);
    const values_query* v = values_of(attribute);
    return v != nullptr ? v->named_kind : s != nullptr ? s->named_kind : kind_id();
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

const column* kind::second_key() const
{
    return has_children && !key_column.empty() ? find_column(key_column)
           : parent_kind                       ? find_column(parent_column)
                                               : nullptr;
}

bool kind::names_may_coincide() const
{
    const column* names = find_column(rdn().column);
    return names != nullptr && is_text(names->type) &&
           (rdn().compare == comparison::any || names->type == column_type::citext ||
            !names->deterministic);
}

attribute_id mapping::attribute_named(std::string_view name) const
{
    return attributes.find([&](const attribute& a) { return a.name == name; });
}

attribute_id mapping::attribute_ignoring_case(std::string_view name) const
{
    const std::string wanted = lower_ascii(name);
    return attributes.find([&](const attribute& a) { return lower_ascii(a.name) == wanted; });
}

kind_id mapping::kind_named(std::string_view name) const
{
    return kinds.find([&](const kind& k) { return k.name == name; });
}

postgres::query_text restrict_query(const postgres::query_text& query, const std::string& condition)
{
    const std::string_view before = "SELECT * FROM (";
    postgres::query_text out = query;
    // The line ends delimit comments that begin with --.
    out.text = std::string(before) + query.text + "\n) AS e WHERE (" + condition + "\n)";
    for (auto& offset : out.offsets)
        offset += before.size();
    return out;
}

std::string printed(const std::string& value, bool own_cast)
{
    return own_cast ? "concat(" + value + ")" : value + "::text"; // concat turns NULL into ''
}

void set_key_condition(values_query& query, const std::string& rows, const std::string& name)
{
    const std::string condition = rows + " WHERE " + name + " = ";
    query.batch_sql = condition + "ANY($1)";
    query.single_sql = condition + "$1";
    query.all_sql = rows;
}

void add_key_index(values_query& query, const column& name)
{
    const bool one_way = (name.type == column_type::text && name.deterministic) ||
                         name.type == column_type::int2 || name.type == column_type::int4 ||
                         name.type == column_type::int8 || name.type == column_type::uuid;
    if (one_way || query.batch_sql.empty() || query.has_key_index)
        return;
    const char* const parent = query.has_parent ? ", w.p" : "";
    const char* const columns = query.has_parent ? ") AS w(k, v, p)" : ") AS w(k, v)";
    query.batch_sql = std::string("SELECT w.k, w.v, array_position($1, w.k)") + parent + " FROM (" +
                      query.batch_sql + columns;
    query.single_sql =
        std::string("SELECT w.k, w.v, 1") + parent + " FROM (" + query.single_sql + columns;
    query.has_key_index = true;
}

void ask_listing(values_query& query)
{
    const std::string name = quote_identifier(query.key.name);
    set_key_condition(
        query, "SELECT e." + name + ", " + query.read + " FROM (" + query.source_sql + ") AS e",
        "e." + name);
    query.has_key_index = false;
    add_key_index(query, query.key);
}

} // namespace pgsql::directory
