// role_parser.hpp: parses the directive about what a role permits.
#pragma once

#include "mapping/role_rule.hpp"
#include "mapping/settings.hpp"
#include "slapd/serving/directives.hpp"

#include <vector>

namespace pgsql::slapd {

/// Throws config_error.
[[nodiscard]] std::vector<directory::role_rule>
read_role_rules(const directives& directives, const std::vector<directory::kind_setting>& kinds);

/// One value of the directive. Throws config_error.
[[nodiscard]] directory::role_rule parse_role_rule(const std::string& text);

} // namespace pgsql::slapd
