// schema.hpp: what slapd's schema knows of the attributes we serve: descriptions, rules, fast
// normalisers.
#pragma once

#include "slapd/core/slapd.hpp"

#include "mapping/mapping.hpp"

namespace pgsql::slapd {

/// One attribute of the mapping in slapd's terms; parallel to mapping::attributes.
struct attribute_type {
    AttributeDescription* description = nullptr;
    /// How a value is normalised: `none` shares the value, `fold` and `keep` have a fast path for
    /// plain ASCII.
    enum class normalizer : char { none, fold, keep, slapds } normalization = normalizer::slapds;
    bool digits = false; ///< INTEGER syntax

    /// Whether slapd's syntax takes the value; plain ASCII is not asked twice.
    [[nodiscard]] bool valid(std::string_view value, bool plain) const;
};

/// The attribute type of a name, or null with slapd's words in `why`.
[[nodiscard]] AttributeDescription* find_attribute(const std::string& name, std::string& error);

/// Whether it is userPassword, with any options, or a subtype of it.
[[nodiscard]] bool is_password(const AttributeDescription& ad) noexcept;

[[nodiscard]] attribute_type describe_attribute(AttributeDescription* description);
[[nodiscard]] directory::matching_rule family_of(const MatchingRule* rule);
[[nodiscard]] directory::matching_rule rule_of(const AttributeDescription* description);

/// The classes with all their superiors, lower-case. Throws std::invalid_argument that names an
/// unknown one.
[[nodiscard]] std::set<std::string> closure(const std::vector<std::string>& classes);

/// The attribute types that the classes, or superior ones, require.
[[nodiscard]] std::set<const AttributeType*> required_by(const std::vector<std::string>& classes);

/// Whether posixGroup is auxiliary, as in RFC 2307bis, so that it goes together with groupOfNames.
[[nodiscard]] bool rfc2307bis();

/// Lower-case ASCII.
[[nodiscard]] std::string to_lower(std::string_view text);

} // namespace pgsql::slapd
