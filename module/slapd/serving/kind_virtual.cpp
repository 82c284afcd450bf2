// kind_virtual.cpp: the queries for entries that no row has, fitted to a kind.
#include "slapd/serving/kind_builder.hpp"

#include "slapd/serving/column_catalog.hpp"

#include <fmt/core.h>

#include <algorithm>

namespace pgsql::slapd {
namespace {

using directory::column;

bool has_column(const std::vector<column>& columns, const std::string& name)
{
    return std::any_of(columns.begin(), columns.end(),
                       [&](const column& c) { return c.name == name; });
}

// The row with all columns of the list query: those that the query lacks are NULL. The list query
// is not executed; it determines the types.
postgres::query_text row_of(const directory::kind& k, const postgres::query_text& query,
                            const std::vector<column>& columns)
{
    std::string all;
    std::string known;
    for (const column& c : k.columns) {
        const std::string name = postgres::quote_identifier(c.name);
        all += (all.empty() ? "" : ", ") + name;
        known += (known.empty() ? "" : ", ") + (has_column(columns, c.name) ? name : "NULL");
    }
    const std::string before = "SELECT " + all + " FROM (" + k.list.text +
                               "\n) AS listed WHERE false UNION ALL SELECT " + known + " FROM (";
    postgres::query_text out = query;
    out.text = before + query.text + "\n) AS virtual";
    for (auto& offset : out.offsets)
        offset += before.size();
    return out;
}

} // namespace

void kind_builder::add_virtual(directory::kind& k, const directory::virtual_setting& setting)
{
    const std::string directive = "pgsql-virtual " + k.name + " " + setting.attribute;
    std::vector<Oid> parameters;
    const auto columns = columns_of(session_, directive, setting.query.text, limits_, &parameters);
    for (const column& c : columns)
        if (k.find_column(c.name) == nullptr || c.name == k.password_column)
            throw config_error(
                fmt::format("{}: the query returns the column \"{}\", which {}", directive, c.name,
                            c.name == k.password_column
                                ? "has password hashes: virtual users cannot log in with a password"
                                : fmt::format("pgsql-list {} does not return", k.name)));
    for (const auto& source : k.sources)
        if (source.required && !source.column.empty() && !has_column(columns, source.column))
            throw config_error(fmt::format(
                "{}: the query returns no column \"{}\", which every entry needs for {}; it "
                "returns {}",
                directive, source.column, out_.map.attributes[source.attribute].name,
                names_of(columns)));
    directory::virtual_query out{.text = setting.query, .write = setting.write};
    out.row.attribute = attribute(setting.attribute);
    out.by_name = out.row.attribute == k.rdn().attribute;
    out.row.query = row_of(k, setting.query, columns);
    out.row.parameter =
        type_of_parameter(parameters.at(0), out_.map.attributes[out.row.attribute].rule);
    if (out.row.parameter == directory::column_type::other)
        throw config_error(directive + ": the parameter is of a type that not every value a client "
                                       "asks for is of; cast it, for instance $1::text");
    if (!setting.write) {
        out.row.columns = columns_of(session_, directive, out.row.query.text, limits_, &parameters);
        for (const column& c : k.columns)
            for (const column& other : out.row.columns)
                if (other.name == c.name && other.type_oid != c.type_oid)
                    throw config_error(fmt::format(
                        "{}: the column \"{}\" has another type than in pgsql-list {}; cast it",
                        directive, c.name, k.name));
    }
    // An address that nobody has must not be another's.
    const auto mail = out_.map.attribute_named("mail");
    if (const auto* source = mail ? k.source_of(mail) : nullptr;
        source != nullptr && !has_column(columns, source->column))
        out.withheld = mail;
    k.virtuals.push_back(std::move(out));
}

} // namespace pgsql::slapd
