// kind_parser.hpp: parses the kinds from the directives.
#pragma once

#include "mapping/settings.hpp"
#include "slapd/serving/directives.hpp"
#include <string>
#include <string_view>
#include <vector>

namespace pgsql::slapd {

using directory::config_error;

/// Parses the kinds from the directives. Throws config_error, which names directive, value and fix.
[[nodiscard]] std::vector<directory::kind_setting> read_kinds(const directives& directives,
                                                              std::string_view domain);
/// Checks one value of one of the directives about kinds; throws config_error if it is invalid.
void check_directive(std::string_view directive, const std::string& value);

} // namespace pgsql::slapd
