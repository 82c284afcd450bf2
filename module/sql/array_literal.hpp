// array_literal.hpp: PostgreSQL array literals (manual §8.15.6), written and read.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace pgsql::postgres {

/// The literal of an array of these texts.
[[nodiscard]] std::string array_literal(const std::vector<std::string>& values);

/// The texts of an array literal, of several dimensions in a row; NULL elements are left out.
[[nodiscard]] std::vector<std::string> array_elements(std::string_view text);

} // namespace pgsql::postgres
