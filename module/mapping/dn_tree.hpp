// dn_tree.hpp: turns normalised DNs into places of the directory and back; the single place that
// knows our tree.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pgsql::directory {

/// An entry that exists without a row: the suffix and the containers of the kinds.
struct container {
    std::string dn;  ///< pretty
    std::string ndn; ///< normalised
    int parent = -1; ///< index, -1 for the suffix
};

/// Where a DN points to.
struct dn_location {
    int container = -1; ///< index of the fixed entry it names, or -1
    int parent =
        -1; ///< otherwise: the fixed entry above an entry of a row, or -1: nothing can be there
    std::string attribute; ///< the type of the RDN, as written
    std::string value;     ///< its value, unescaped
};

class dn_tree {
public:
    explicit dn_tree(std::vector<container> entries = {}) : entries_(std::move(entries)) {}

    [[nodiscard]] const std::vector<container>& entries() const noexcept { return entries_; }
    [[nodiscard]] int find(std::string_view ndn) const;
    [[nodiscard]] dn_location locate(std::string_view ndn) const;
    /// Whether the fixed entry is `top` or lies below it.
    [[nodiscard]] bool is_below(int entry, int top) const;

private:
    std::vector<container> entries_;
};

/// The DN without its first RDN; empty for a DN of one RDN.
[[nodiscard]] std::string_view parent_of(std::string_view dn);
/// The first RDN.
[[nodiscard]] std::string_view rdn_of(std::string_view dn);
/// A value as it stands in a DN (RFC 4514 §2.4). `dn` slapd's prettyfier would render it the same.
[[nodiscard]] std::string escape_value(std::string_view value);
/// The value of an RDN as it stands in a DN, without its escapes; nothing if the RDN has several.
[[nodiscard]] std::optional<std::string> unescape_value(std::string_view text);
/// Whether the value needs neither escaping nor more normalisation than lower-casing: printable
/// ASCII without specials and superfluous blanks.
[[nodiscard]] bool needs_no_escaping(std::string_view value);

} // namespace pgsql::directory
