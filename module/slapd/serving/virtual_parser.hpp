// virtual_parser.hpp: parses the directives about virtual entries.
#pragma once

#include "mapping/name_policy.hpp"
#include "mapping/settings.hpp"
#include "slapd/serving/directive_words.hpp"
#include "slapd/serving/directives.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace pgsql::slapd {

/// How many names that are not known yet may be asked for in a period.
struct distinct_name_limit {
    std::size_t names = 0;
    std::chrono::seconds period{};
};

/// What `text`, NAMES/SECONDS, says. Throws std::invalid_argument.
[[nodiscard]] distinct_name_limit parse_name_rate(const std::string& text);

/// Checks one value of a directive about names. Throws config_error.
void check_virtual_names(const std::string& text);
void check_virtual_deny(const std::string& text);

/// Which names may become entries. Throws config_error if the directives contradict the kinds.
[[nodiscard]] directory::name_policy
read_name_policy(const directives& directives, const std::vector<directory::kind_setting>& kinds);

} // namespace pgsql::slapd
