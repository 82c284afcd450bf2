// row_position.hpp: what identifies a row, and its position in the order of a page.
#pragma once

#include "postgres/result.hpp"
#include "query/plan.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace pgsql::slapd {

/// The value of the row's key. (A private group has no key of its own, but a name.)
[[nodiscard]] inline std::optional<std::string_view> key_of(const directory::plan& plan,
                                                            const postgres::result& page, int row)
{
    const auto key = plan.row_key ? page.value(row, *plan.row_key) : std::nullopt;
    return key ? key : page.value(row, 0);
}

/// As plan::page_statement takes it.
[[nodiscard]] inline std::string position_of(const directory::plan& plan,
                                             const postgres::result& page, int row)
{
    const std::string_view name = page.value(row, 0).value_or("");
    return plan.second_key
               ? directory::position(name, page.value(row, *plan.second_key).value_or(""))
               : std::string(name);
}

/// The same of a row with the name and the second key as its only columns.
[[nodiscard]] inline std::string listed_position(const postgres::result& names, int row)
{
    const std::string_view name = names.value(row, 0).value_or("");
    return PQnfields(names.handle()) > 1
               ? directory::position(name, names.value(row, 1).value_or(""))
               : std::string(name);
}

} // namespace pgsql::slapd
