// kind_builder.hpp: fits the settings of a kind to the columns that its queries return.
#pragma once

#include "mapping/settings.hpp"
#include "postgres/connection.hpp"
#include "slapd/serving/resolved_mapping.hpp"

#include <functional>
#include <string>
#include <string_view>

namespace pgsql::slapd {

/// The names of the columns, for a message.
[[nodiscard]] std::string names_of(const std::vector<directory::column>& columns);

/// Keeps the form of numbers and times only if an attribute needs it; others are read as PostgreSQL
/// writes them.
void settle_type(directory::column& c,
                 const std::function<bool(directory::matching_rule)>& some_attribute_is);

/// Builds the kinds of one mapping. Throws postgres::error when the database cannot be asked.
class kind_builder {
public:
    kind_builder(resolved_mapping& out, std::string_view domain, postgres::connection& session,
                 const postgres::wait_options& options)
        : out_(out), domain_(domain), session_(session), limits_(options)
    {}

    /// The kind; one with an error when it cannot be served.
    [[nodiscard]] directory::kind run(const directory::kind_setting& kind);
    /// A kind with an error: the others can be served; a search that could concern this one fails.
    [[nodiscard]] directory::kind broken(const directory::kind_setting& kind,
                                         const std::string& error);
    /// The attribute with slapd's name for it; added to the mapping if it is missing.
    [[nodiscard]] directory::attribute_id attribute(const std::string& name);

private:
    static directory::kind named(const directory::kind_setting& kind);
    directory::kind fit(const directory::kind_setting& kind);
    static void check_keys(const directory::kind& k);
    void add_gate(directory::kind& k, const directory::kind_setting& kind);
    void add_password_change(directory::kind& k, const directory::kind_setting& kind);
    void add_writes(directory::kind& k, const directory::write_setting& setting);
    void add_source(directory::kind& k, const directory::source_setting& source);
    void refuse_password(const directory::kind& k, const std::string& column,
                         const AttributeDescription& ad);
    void add_other_columns(directory::kind& k, const directory::kind_setting& kind);
    void settle_types(directory::kind& k) const;
    [[nodiscard]] directory::column_type type_of_parameter(Oid oid, directory::matching_rule rule);
    void add_lookup(directory::kind& k, const directory::lookup_setting& setting);
    void add_values(directory::kind& k, const directory::lookup_setting& setting);
    void add_virtual(directory::kind& k, const directory::virtual_setting& setting);

    resolved_mapping& out_;
    std::string_view domain_;
    postgres::connection& session_;
    const postgres::wait_options& limits_;
};

} // namespace pgsql::slapd
