// libpq_text.hpp: copies the strings that libpq returns.
#pragma once

#include <string>

namespace pgsql::postgres {

/// A copy of a string of libpq; empty for a null pointer, which libpq returns for what is unknown.
[[nodiscard]] inline std::string text_of(const char* text) { return text != nullptr ? text : ""; }

} // namespace pgsql::postgres
