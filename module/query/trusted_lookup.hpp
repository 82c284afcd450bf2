// trusted_lookup.hpp: which rows a lookup knows, and what it is asked for.
#pragma once

#include "mapping/mapping.hpp"
#include "query/filter.hpp"

#include <optional>
#include <string>
#include <vector>

namespace pgsql::directory {

/// What an equality asserts of the values that the kind has: the DN's name where they are names of
/// entries. Nothing where none of those entries can have the DN.
[[nodiscard]] std::optional<std::string> asserted_value(const mapping& mapping, const kind& kind,
                                                        const filter& equality);

/// Whether the values are names of entries that rows place, so that a name alone does not tell
/// which entry is meant.
[[nodiscard]] inline bool names_placed_entries(const mapping& mapping, const kind& kind,
                                               attribute_id attribute)
{
    const kind_id named = kind.named_kind(attribute);
    return named && mapping.kinds[named].parent_kind;
}

/// The rule by which the values of an attribute are compared: those that name entries of a kind by
/// that of their names.
[[nodiscard]] matching_rule rule_of_values(const mapping& mapping, attribute_id attribute,
                                           kind_id names_of);

/// Why the lookup may miss rows that match an equality on its attribute, so that no filter may use
/// it; null if it is complete.
[[nodiscard]] const char* why_distrusted(const mapping& mapping, const lookup& lookup,
                                         const kind& kind);

/// A value for the parameter of a lookup.
struct requested_value {
    const lookup* query = nullptr;
    std::string value; ///< as the query's parameter

    [[nodiscard]] bool operator==(const requested_value&) const = default;
};

[[nodiscard]] bool refuses(const std::vector<requested_value>& refused, const lookup& lookup,
                           const std::string& value);

} // namespace pgsql::directory
