// dn_tree.hpp: locates normalized DNs in the directory tree, and writes and parses RDN values.
#pragma once

#include "mapping/place.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace pgsql::directory {

/// An entry that may have entries below it: the suffix and the containers of the kinds, which exist
/// without a row, and the rows that others name as their parents.
struct container {
    std::string dn;       ///< pretty
    std::string ndn;      ///< normalized
    container_id parent;  ///< none for the suffix
    kind_id kind = {};    ///< whose row it is; none: it exists without a row
    std::string key = {}; ///< of the row
};

/// Where a DN points to.
struct dn_location {
    container_id container; ///< the container that the DN names, or none
    /// If the DN names no container: the container above it, or none if no entry can have this DN.
    container_id parent;
    std::string attribute; ///< the type of the RDN, as written
    std::string value;     ///< its value, unescaped
};

/// What is wrong with the rows of a tree.
struct tree_faults {
    std::vector<place> left_out;        ///< rows without an entry
    std::vector<place> repeated;        ///< keys that several rows have
    std::vector<std::string> ambiguous; ///< normalized DNs that several rows have
};

class dn_tree {
public:
    /// The parents come before what is below them.
    explicit dn_tree(id_vector<container> entries = {}, const tree_faults& faults = {});
    dn_tree(dn_tree&&) = default;
    dn_tree& operator=(dn_tree&&) = default;

    [[nodiscard]] const id_vector<container>& entries() const noexcept { return entries_; }
    [[nodiscard]] container_id find(std::string_view ndn) const;
    [[nodiscard]] dn_location locate(std::string_view ndn) const;
    /// Whether the container is `top` or a subordinate of it.
    [[nodiscard]] bool is_below(container_id entry, container_id top) const;
    /// What entries immediately below the container are below.
    [[nodiscard]] place place_of(container_id container) const;
    /// The container of a place; none for a row that has no entry.
    [[nodiscard]] container_id at(const place& place) const;
    /// The keys of the kind's rows that are containers at or below `top`.
    [[nodiscard]] std::vector<std::string> keys_below(container_id top, kind_id kind) const;
    /// Whether the row has no entry.
    [[nodiscard]] bool is_left_out(const place& row) const
    {
        return left_out_.contains(row_name(row.kind, row.key));
    }
    /// Whether several rows have the key.
    [[nodiscard]] bool is_repeated(const place& row) const
    {
        return repeated_.contains(row_name(row.kind, row.key));
    }
    /// Whether several rows have the DN.
    [[nodiscard]] bool is_ambiguous(std::string_view ndn) const
    {
        return ambiguous_.contains(std::string(ndn));
    }
    /// Differs between trees of different rows.
    [[nodiscard]] std::size_t digest() const noexcept { return digest_; }
    /// Those immediately below.
    [[nodiscard]] const std::vector<container_id>& containers_below(container_id container) const;
    /// Whether another container is immediately below.
    [[nodiscard]] bool has_containers_below(container_id container) const
    {
        return !containers_below(container).empty();
    }

private:
    [[nodiscard]] static std::string row_name(kind_id kind, std::string_view key);

    id_vector<container> entries_;
    std::unordered_map<std::string, container_id> by_ndn_;
    std::unordered_map<std::string, container_id> by_row_;
    std::unordered_map<std::size_t, std::vector<container_id>> below_; ///< by indices of containers
    std::unordered_set<std::string> left_out_;
    std::unordered_set<std::string> repeated_;
    std::unordered_set<std::string> ambiguous_;
    std::size_t digest_ = 0;
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
