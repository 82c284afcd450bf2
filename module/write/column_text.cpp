// column_text.cpp: writes the values of an attribute as PostgreSQL reads them for a column.
#include "write/change_set.hpp"

#include "sql/array_literal.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <iterator>

namespace pgsql::directory {
namespace {

// RFC 4517 §3.3.13, in slapd's normalized form YYYYMMDDHHMMSSZ, as PostgreSQL reads it
// (manual §8.5.1).
std::string time_text(const std::string& value)
{
    constexpr std::size_t whole = 15; // with the Z
    if (value.size() != whole || value.back() != 'Z')
        return value; // PostgreSQL refuses it
    const auto part = [&](std::size_t from, std::size_t size) { return value.substr(from, size); };
    return part(0, 4) + '-' + part(4, 2) + '-' + part(6, 2) + ' ' + part(8, 2) + ':' + part(10, 2) +
           ':' + part(12, 2) + "+00";
}

// The hexadecimal form of bytea (manual §8.4.1).
std::string bytes_text(const std::string& value)
{
    constexpr const char* digits = "0123456789abcdef";
    std::string out = "\\x";
    for (const char c : value) {
        const auto byte = static_cast<unsigned char>(c);
        out += digits[byte >> 4];
        out += digits[byte & 15];
    }
    return out;
}

std::string single_text(column_type type, const std::string& value)
{
    switch (traits_of(type).category) {
    case type_category::time:
        return time_text(value);
    case type_category::bytes:
        return bytes_text(value);
    default:
        return value;
    }
}

} // namespace

void check_texts(attribute_id attribute, const std::vector<std::string>& values)
{
    for (const std::string& value : values) {
        if (value.empty())
            throw unstorable{unstorable::reason::empty, attribute};
        if (value.find('\0') != std::string::npos)
            throw unstorable{unstorable::reason::nul, attribute};
    }
}

std::optional<std::string> column_text(const column& column, const attribute_change& change,
                                       const std::vector<std::string>& values)
{
    if (values.empty())
        return std::nullopt;
    const column_type type = is_list(column.type) ? column.element : column.type;
    if (column.type != column_type::bytea_array && traits_of(type).category != type_category::bytes)
        check_texts(change.attribute, values);
    if (is_time(type) && std::any_of(values.begin(), values.end(), [](const std::string& value) {
            return value.find('.') != std::string::npos;
        }))
        throw unstorable{unstorable::reason::fraction, change.attribute};
    if (std::any_of(values.begin(), values.end(), [](const auto& value) { return value.empty(); }))
        throw unstorable{unstorable::reason::empty, change.attribute};
    if (!is_list(column.type)) {
        if (values.size() > 1)
            throw unstorable{unstorable::reason::several_values, change.attribute};
        return single_text(column.type, values.front());
    }
    if (column.type == column_type::json || column.type == column_type::jsonb)
        return nlohmann::json(values).dump(-1, ' ', false,
                                           nlohmann::json::error_handler_t::replace);
    const column_type element =
        column.type == column_type::bytea_array ? column_type::bytea : column.element;
    std::vector<std::string> texts;
    std::transform(values.begin(), values.end(), std::back_inserter(texts),
                   [&](const std::string& value) { return single_text(element, value); });
    return postgres::array_literal(texts);
}

} // namespace pgsql::directory
