// entry_builder.hpp: builds slapd entries from rows.
#pragma once

#include "slapd/entry/directory_tree.hpp"

#include <array>
#include <memory_resource>

namespace pgsql::slapd {

/// A value that a values query returned.
struct listed_value {
    std::string_view text;
    std::string_view parent = {}; ///< the key of the row above the entry that it names; or empty
};

/// The values of an attribute that its values query returned for a page, by the entries' keys.
struct attribute_values {
    const directory::values_query* query;
    std::shared_ptr<const postgres::result> rows; ///< referenced by the views
    std::unordered_map<std::string_view, std::vector<listed_value>> by_key;
};
using page_values = std::vector<attribute_values>;

/// Builds the entries of one plan, one after the other in the same memory. An entry refers to its
/// page and is valid until the next one is built: send it with flags 0, duplicate it to keep it.
class entry_builder {
public:
    entry_builder(service& service, const resolved_mapping& mapping, const directory::plan& plan,
                  directory_tree& tree);

    /// The entry of a row, or null if the row is invalid (which is logged).
    [[nodiscard]] Entry* build(const postgres::result& page, int row, const page_values& values);
    /// The normalized form of a name, as slapd compares it.
    [[nodiscard]] std::string normalized_name(std::string_view name);

private:
    struct value_source {
        const directory::attribute_source* source;
        attribute_type type;
        AttributeDescription* description;
        std::optional<int> column; ///< in the row; none: defaults only
        bool several;
        bool bytes; ///< bytea, returned as hexadecimal digits
    };

    /// Builds the DN of an entry of the kind from its name and what it is below.
    [[nodiscard]] bool dn_of(directory::kind_id kind, std::string_view name,
                             const directory::container& above, berval& dn, berval& ndn);
    /// What an entry of the kind is below whose row has this key of its parent; null if that is no
    /// entry.
    [[nodiscard]] const directory::container* above(const directory::kind& kind,
                                                    std::string_view parent_key);
    void add(const value_source& what, const postgres::result& page, int row);
    /// Uses the first default that can be expanded; for an attribute that the classes require, the
    /// first that is also valid in the syntax.
    [[nodiscard]] bool add_default(const value_source& what, const postgres::result& page, int row,
                                   berval& out, berval& normalized);
    [[nodiscard]] bool value_of(const value_source& what, std::string_view text, berval& out,
                                berval& normalized);
    void refuse_default(const value_source& what, std::string_view text, std::string_view key);
    void add_several(const attribute_type& type, const std::vector<listed_value>& listed,
                     std::string_view key, directory::kind_id names_of);
    void refuse(const attribute_type& type, std::string_view text, std::string_view key);
    void add_match_columns(const postgres::result& page, int row);
    void add_password(const postgres::result& page, int row);
    void append(AttributeDescription* description, berval* values, berval* nvalues, unsigned count);
    [[nodiscard]] bool value(const attribute_type& type, std::string_view text, berval& out,
                             berval& normalized);
    [[nodiscard]] std::optional<std::string_view>
    column_value(const postgres::result& page, int row, const std::string& name) const;
    [[nodiscard]] berval copy(std::string_view text);
    /// Decodes a bytea from hexadecimal (PostgreSQL manual §8.4.1).
    [[nodiscard]] std::string_view decoded(std::string_view text);
    void add_uuid(const value_source& what, const postgres::result& page, int row);

    service& service_;
    const resolved_mapping& mapping_;
    const directory::plan& plan_;
    directory_tree& tree_;
    const directory::kind_id kind_id_;
    const shared_values& shared_;
    std::vector<value_source> sources_;
    std::array<std::byte, 8192> first_block_; ///< enough for most entries
    std::pmr::monotonic_buffer_resource memory_{first_block_.data(), first_block_.size()};
    Entry entry_{};
    Attribute** tail_ = nullptr;
};

} // namespace pgsql::slapd
