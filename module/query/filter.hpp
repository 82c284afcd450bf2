// filter.hpp: an LDAP filter as a tree of plain values, free of slapd's types.
#pragma once

#include "mapping/place.hpp"

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace pgsql::directory {

/// The three values of RFC 4511 §4.5.1.7.
enum class truth : char { no, undefined, yes };

struct filter {
    enum class node : char {
        conjunction,
        disjunction,
        negation, ///< of its only part
        constant, ///< the same for every entry
        equality,
        substrings,
        at_least,
        at_most,
        presence,
        object_class, ///< (objectClass=value)
        entry_name,   ///< the entry named by `attribute` = `value` immediately below `above`
        placement,    ///< entries immediately below `place_keys`, or the kind's container
        row_key,      ///< entries of rows with one of `place_keys` as their keys
        subordinates, ///< (hasSubordinates=…); `constant` for an entry that can have none
        opaque        ///< anything that only slapd's test_filter can decide
    };

    node type = node::opaque;
    truth constant = truth::undefined;
    attribute_id attribute; ///< of a term
    std::string value;      ///< equality: the assertion value as slapd normalized it; object_class:
                            ///< lower-case name
    place above;            ///< entry_name, equality with a DN: above the entry that it names
    attribute_id rdn;       ///< equality with a DN: the attribute that names that entry
    std::string name;       ///< and its value
    std::vector<std::string>
        pieces; ///< substrings: initial, any …, final; the first and the last may be empty
    std::vector<std::string> place_keys; ///< placement: of rows of the kind's parent kind; row_key:
                                         ///< of rows of the kind
    bool at_container = false;           ///< placement: also those below the kind's container
    std::vector<filter> parts;           ///< conjunction, disjunction, negation

    [[nodiscard]] static filter constant_of(truth value)
    {
        return {.type = node::constant, .constant = value};
    }
    [[nodiscard]] static filter equals(attribute_id attribute, std::string value)
    {
        return {.type = node::equality, .attribute = attribute, .value = std::move(value)};
    }
    /// (attribute>=value) or (attribute<=value)
    [[nodiscard]] static filter compares(node type, attribute_id attribute, std::string value)
    {
        return {.type = type, .attribute = attribute, .value = std::move(value)};
    }
    [[nodiscard]] static filter contains(attribute_id attribute, std::vector<std::string> pieces)
    {
        return {.type = node::substrings, .attribute = attribute, .pieces = std::move(pieces)};
    }
    [[nodiscard]] static filter present(attribute_id attribute)
    {
        return {.type = node::presence, .attribute = attribute};
    }
    /// The entries immediately below a place.
    [[nodiscard]] static filter below(const place& above)
    {
        filter out{.type = node::placement, .at_container = !above.kind};
        if (above.kind)
            out.place_keys.push_back(above.key);
        return out;
    }
    [[nodiscard]] static filter combine(node type, std::vector<filter> parts)
    {
        return {.type = type, .parts = std::move(parts)};
    }
};

/// The number of terms.
[[nodiscard]] std::size_t terms_in(const filter& tree);

/// The value that a leaf has for every entry, if it is known.
using leaf_values = std::function<std::optional<truth>(const filter&)>;

/// The same filter without the parts that decide nothing, such as terms on attributes that nothing
/// here has, and without an AND in an AND or an OR in an OR.
[[nodiscard]] filter simplified(
    const filter& tree, const leaf_values& known = [](const filter&) { return std::nullopt; });

} // namespace pgsql::directory
