// dn_tree.hpp: locates normalized DNs in the directory tree, and writes and parses RDN values.
#pragma once

#include "mapping/element_id.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace pgsql::directory {

/// An entry that exists without a row: the suffix and the containers of the kinds.
struct container {
    std::string dn;      ///< pretty
    std::string ndn;     ///< normalized
    container_id parent; ///< none for the suffix
};

/// Where a DN points to.
struct dn_location {
    container_id container; ///< the container that the DN names, or none
    /// If the DN names no container: the container above it, or none if no entry can have this DN.
    container_id parent;
    std::string attribute; ///< the type of the RDN, as written
    std::string value;     ///< its value, unescaped
};

class dn_tree {
public:
    explicit dn_tree(id_vector<container> entries = {}) : entries_(std::move(entries)) {}

    [[nodiscard]] const id_vector<container>& entries() const noexcept { return entries_; }
    [[nodiscard]] container_id find(std::string_view ndn) const;
    [[nodiscard]] dn_location locate(std::string_view ndn) const;
    /// Whether the container is `top` or a subordinate of it.
    [[nodiscard]] bool is_below(container_id entry, container_id top) const;

private:
    id_vector<container> entries_;
};

/// The DN without its first RDN; empty for a DN of one RDN.
[[nodiscard]] std::string_view parent_of(std::string_view dn);
/// The first RDN.
[[nodiscard]] std::string_view rdn_of(std::string_view dn);
/// A value escaped for a DN (RFC 4514 §2.4), exactly as slapd's pretty form writes it.
[[nodiscard]] std::string escape_value(std::string_view value);
/// The unescaped value of an RDN; nothing if the RDN has several values.
[[nodiscard]] std::optional<std::string> unescape_value(std::string_view text);
/// Whether the value needs neither escaping nor any normalization except lower-casing: printable
/// ASCII without special characters and redundant spaces.
[[nodiscard]] bool needs_no_escaping(std::string_view value);

} // namespace pgsql::directory
