// settings.hpp: the settings of each kind, before slapd's schema and PostgreSQL are consulted.
#pragma once

#include "mapping/mapping.hpp"

#include <optional>
#include <string>
#include <vector>

namespace pgsql::directory {

/// An attribute by its name; see attribute_source.
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

/// See virtual_query.
struct virtual_setting {
    std::string attribute;
    postgres::query_text query;
    bool write = false;
};

/// How clients may write the entries of a kind; see write_target.
struct write_setting {
    bool mentioned = false; ///< by pgsql-write
    std::set<write_operation> derived;
    std::vector<std::string> accepted_classes;
    std::string magic_number;
    bool strict_memberships = false; ///< as in write_target
    std::vector<std::string> ignored_attributes;
    std::vector<column_value> constants; ///< the columns not quoted
    std::map<write_operation, postgres::named_statement> statements;
    std::map<std::string, values_statements> values; ///< by attribute
};

struct kind_setting {
    std::string name;
    std::string container_dn;
    std::string key_column;    ///< as in kind
    std::string parent_kind;   ///< its name; empty: all entries are at the container
    std::string parent_column; ///< as in kind
    std::vector<std::string> classes;
    std::vector<source_setting> sources; ///< the first is the RDN
    std::string password_column;
    std::optional<postgres::query_text> list;
    std::vector<lookup_setting> lookups;
    std::vector<lookup_setting> values; ///< queries without a parameter, see values_query
    std::optional<postgres::query_text> login_filter; ///< as in kind
    bool hide_denied = false;
    std::optional<postgres::query_text> password_change; ///< see kind
    std::optional<role_query> roles;
    std::vector<virtual_setting> virtuals;
    std::optional<write_setting> writes;

    [[nodiscard]] source_setting* find(std::string_view attribute);
};

/// The kinds that are built in: users and groups, with their default columns. Their attribute names
/// are slapd's canonical ones.
[[nodiscard]] std::optional<kind_setting> preset(std::string_view name);

} // namespace pgsql::directory
