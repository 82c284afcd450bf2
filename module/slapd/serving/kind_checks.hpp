// kind_checks.hpp: checks the settings of a kind that several directives make.
#pragma once

#include "mapping/settings.hpp"

#include <string_view>
#include <vector>

namespace pgsql::slapd {

/// Throws config_error if the settings contradict each other, slapd's schema or the other kinds.
void check_kind(const directory::kind_setting& k, const std::vector<directory::kind_setting>& kinds,
                std::string_view domain);

} // namespace pgsql::slapd
