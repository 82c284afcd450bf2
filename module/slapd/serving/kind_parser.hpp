// kind_parser.hpp: reads the kinds of entries out of the directives.
#pragma once

#include "mapping/settings.hpp"
#include "slapd/serving/directives.hpp"
#include <string>
#include <string_view>
#include <vector>

namespace pgsql::slapd {

using directory::config_error;

/// Reads the kinds out of the directives. Throws unusable that names directive, value and mend.
[[nodiscard]] std::vector<directory::kind_setting> read_kinds(const directives& directives,
                                                              std::string_view domain);
/// Says at once, by throwing unusable, what is wrong with one value of one of the directives about
/// kinds.
void check_directive(std::string_view directive, const std::string& value);
/// The URI, if libpq can read it; throws unusable otherwise. Does not connect.
[[nodiscard]] std::string check_uri(const char* uri);

} // namespace pgsql::slapd
