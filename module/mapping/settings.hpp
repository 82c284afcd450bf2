// settings.hpp: what the directives of one database say, kind by kind, before slapd's schema and
// PostgreSQL are asked.
#pragma once

#include "mapping/mapping.hpp"

#include <optional>
#include <string>
#include <vector>

namespace pgsql::directory {

/// An attribute by its name; see `source`.
struct source_setting {
    std::string attribute;
    std::string column;
    std::vector<std::string> defaults;
    std::optional<comparison> compare;
    bool required = false;
    bool configured = false;
};

struct lookup_setting {
    std::string attribute;
    postgres::query_text query;
};

struct kind_setting {
    std::string name;
    std::string container_dn;
    std::vector<std::string> classes;
    std::vector<source_setting> sources; ///< the first names the entry
    std::string password_column;
    std::optional<postgres::query_text> list;
    std::vector<lookup_setting> lookups;
    std::vector<lookup_setting> values;       ///< queries without a parameter, see values_query
    std::optional<postgres::query_text> gate; ///< a condition, see kind
    bool hide_gated = false;
    std::optional<postgres::query_text> password_change; ///< see kind

    [[nodiscard]] source_setting* find(std::string_view attribute);
};

/// The kinds every database knows: users and groups, with the columns of the manager's queries.
/// Attribute names in them are slapd's canonical ones.
[[nodiscard]] std::optional<kind_setting> preset(std::string_view name);

} // namespace pgsql::directory
