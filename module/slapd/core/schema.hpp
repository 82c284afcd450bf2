// schema.hpp: reads attribute types, matching rules and object classes from slapd's schema.
#pragma once

#include "slapd/core/slapd.hpp"

#include "mapping/mapping.hpp"

namespace pgsql::slapd {

/// The slapd schema data of one attribute; parallel to mapping::attributes.
struct attribute_type {
    AttributeDescription* description = nullptr;
    /// How a value is normalized: `none` shares the value, `fold` and `keep` have a fast path for
    /// plain ASCII.
    enum class normalizer : char { none, fold, keep, slapds } normalization = normalizer::slapds;
    bool digits = false; ///< INTEGER syntax

    /// Whether the value is valid in slapd's syntax; skips the check for plain ASCII where
    /// possible.
    [[nodiscard]] bool valid(std::string_view value, bool plain) const;
};

/// The attribute description of a name, or null with slapd's message in `error`.
[[nodiscard]] AttributeDescription* find_attribute(const std::string& name, std::string& error);

/// Whether it is userPassword, with any options, or a subtype of it.
[[nodiscard]] bool is_password(const AttributeDescription& ad) noexcept;

[[nodiscard]] attribute_type describe_attribute(AttributeDescription* description);
[[nodiscard]] directory::matching_rule family_of(const MatchingRule* rule);
[[nodiscard]] directory::matching_rule rule_of(const AttributeDescription* description);

/// The classes with all their superiors, in lower case. Throws std::invalid_argument for an unknown
/// class.
[[nodiscard]] std::set<std::string> closure(const std::vector<std::string>& classes);

/// The attribute types that the classes and their superiors require.
[[nodiscard]] std::set<const AttributeType*> required_by(const std::vector<std::string>& classes);
/// Whether entries with the object classes may have the attribute.
[[nodiscard]] bool allows(const std::vector<std::string>& classes,
                          const AttributeDescription& attribute);

/// Whether posixGroup is auxiliary, as in RFC 2307bis, and so combines with groupOfNames.
[[nodiscard]] bool rfc2307bis();

/// Converts ASCII letters to lower case.
[[nodiscard]] std::string to_lower(std::string_view text);

} // namespace pgsql::slapd
