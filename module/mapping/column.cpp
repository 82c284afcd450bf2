// column.cpp: how statements read a column.
#include "mapping/column.hpp"

#include "sql/statement.hpp"

#include <string_view>

namespace pgsql::directory {
namespace {

std::string expand(std::string_view pattern, const std::string& name)
{
    std::string out;
    for (;;) {
        const auto at = pattern.find('%');
        out += pattern.substr(0, at);
        if (at == std::string_view::npos)
            return out;
        out += name;
        pattern.remove_prefix(at + 1);
    }
}

// What the entry shows of a value of a column or of an array.
std::string shown(column_type type, std::string name, bool own_cast)
{
    const std::string_view pattern = traits_of(type).select;
    return pattern == "%" || (type == column_type::other && own_cast) ? std::move(name)
                                                                      : expand(pattern, name);
}

} // namespace

std::string reference(const column& column)
{
    return column.instead.empty() ? "e." + postgres::quote_identifier(column.name) : column.instead;
}

std::string select_expression(const column& column)
{
    std::string name = reference(column);
    if (!column.instead.empty() && is_list(column.type))
        return name;
    if (column.type != column_type::array || column.element == column_type::text)
        return shown(column.type, std::move(name), column.own_cast);
    return "ARRAY(SELECT (" + shown(column.element, "v.t", false) + ")::text FROM unnest(" + name +
           ") WITH ORDINALITY AS v(t, n) ORDER BY v.n)";
}

unsigned result_type_oid(const column& column)
{
    const bool as_it_is =
        std::string_view(traits_of(column.type).select) == "%" &&
        (column.type != column_type::array || column.element == column_type::text);
    return as_it_is ? column.type_oid : 0;
}

std::string is_missing_sql(const column& column)
{
    const char* const pattern = traits_of(column.type).missing;
    return pattern != nullptr ? expand(pattern, reference(column))
                              : select_expression(column) + " IS NULL";
}

} // namespace pgsql::directory
