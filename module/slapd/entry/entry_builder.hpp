// entry_builder.hpp: turns a row and the mapping into an Entry that slapd can test and send.
#pragma once

#include "slapd/serving/service.hpp"

namespace pgsql::slapd {

/// Memory for one entry at a time, given back by starting the next.
class arena {
public:
    [[nodiscard]] void* allocate(std::size_t bytes);
    void rewind() noexcept;

private:
    std::vector<std::unique_ptr<char[]>> blocks_;
    std::size_t used_ = 0;
    std::size_t size_ = 0;
};

/// The values of an attribute that a query of its own gave for a page, by the names of the entries.
struct attribute_values {
    const directory::values_query* query;
    std::shared_ptr<const postgres::result> rows; ///< what the views look into
    std::unordered_map<std::string_view, std::vector<std::string_view>> by_key;
};
using page_values = std::vector<attribute_values>;

/// Builds the entries of one plan, one after the other in the same memory. An entry looks into the
/// page it was built from and is good until the next one: send it with flags 0, dup it to keep it.
class entry_builder {
public:
    entry_builder(service& service, const resolved_mapping& mapping, const directory::plan& plan);

    /// The entry of a row, or null when the row makes none (which is logged).
    [[nodiscard]] Entry* build(const postgres::result& page, int row, const page_values& values);
    /// A name as slapd compares it.
    [[nodiscard]] std::string normalised_name(std::string_view name);

private:
    struct value_source {
        const directory::attribute_source* source;
        attribute_type type;
        AttributeDescription* description;
        int column; ///< in the row, -1: defaults only
        bool several;
        bool bytes; ///< bytea, which arrives as hexadecimal digits
    };

    /// The DN of an entry of a kind by its name.
    [[nodiscard]] bool dn_of(int kind, std::string_view name, berval& dn, berval& ndn);
    void add(const value_source& what, const postgres::result& page, int row);
    /// The first default that can be expanded; of an attribute that the classes require, the first
    /// that fits the syntax as well.
    [[nodiscard]] bool add_default(const value_source& what, const postgres::result& page, int row,
                                   berval& out, berval& normalised);
    [[nodiscard]] bool value_of(const value_source& what, std::string_view text, berval& out,
                                berval& normalised);
    void refuse_default(const value_source& what, std::string_view text, std::string_view key);
    void add_several(const attribute_type& type, const std::vector<std::string_view>& texts,
                     std::string_view key, int names_of);
    void refuse(const attribute_type& type, std::string_view text, std::string_view key);
    void add_marks(const postgres::result& page, int row);
    void append(AttributeDescription* description, berval* values, berval* nvalues, unsigned count);
    [[nodiscard]] bool value(const attribute_type& type, std::string_view text, berval& out,
                             berval& normalised);
    [[nodiscard]] std::optional<std::string_view>
    column_value(const postgres::result& page, int row, const std::string& name) const;
    [[nodiscard]] berval copy(std::string_view text);
    /// The bytes of a bytea in hexadecimal (manual §8.4.1).
    [[nodiscard]] std::string_view decoded(std::string_view text);
    void add_uuid(const value_source& what);

    service& service_;
    const resolved_mapping& mapping_;
    const directory::plan& plan_;
    const int kind_index_;
    const shared_values& shared_;
    std::vector<value_source> sources_;
    arena memory_;
    Entry entry_{};
    Attribute** tail_ = nullptr;
};

} // namespace pgsql::slapd
