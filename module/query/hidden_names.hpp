// hidden_names.hpp: turns login filters that hide rows into conditions that keep the names of these
// rows out of other entries.
#pragma once

#include "mapping/mapping.hpp"

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace pgsql::directory {

/// How a DN of an entry of a kind may be spelled, as regular expressions of PostgreSQL. Kinds that
/// share a place and the attribute that names their entries have the same.
struct dn_pattern {
    std::string attribute; ///< of the RDN
    std::string parent;    ///< the DN above, with the comma before it

    bool operator==(const dn_pattern&) const = default;
};

/// What hidden_names has to know besides the mapping.
struct name_syntax {
    id_vector<dn_pattern, kind> patterns;
    std::function<bool(attribute_id)> is_dn; ///< whether values of the attribute are DNs
    std::map<unsigned, std::string> types; ///< the names of types by number; only citext's is used
};

/// A row that its login filter hides is absent from other entries, too: none of their attributes
/// shows a value that names it. memberUid names accounts by uid, and attributes of DN syntax name
/// entries. A name that a visible row has as well, or that no row has, stays.
class hidden_names {
public:
    /// Copies what it needs of the mapping.
    hidden_names(const mapping& mapping, name_syntax syntax);

    /// Leaves the names out of the columns and lists that the configuration gives.
    void remove_from_values(mapping& of) const;
    /// Makes no lookup find rows by such a name. Comes after lists were derived from these
    /// queries: those join visible rows only, and go without the condition.
    void remove_from_lookups(mapping& of) const;

private:
    /// A column whose values are names.
    struct name_column {
        const kind* owner;
        const column* source;
        matching_rule rule;
        comparison compare;
    };

    /// A name in a value, in SQL, and the columns that may hold it.
    struct mention {
        std::string name;
        std::vector<name_column> among;
        bool escaped = false; ///< as in a DN
    };

    [[nodiscard]] bool may_name(attribute_id attribute) const;
    [[nodiscard]] std::vector<name_column> accounts() const;
    [[nodiscard]] std::vector<name_column> entries_at(const dn_pattern& pattern) const;
    [[nodiscard]] std::vector<mention> mentions(attribute_id attribute,
                                                const std::string& value) const;
    [[nodiscard]] std::string is_visible(const mention& of) const;
    [[nodiscard]] std::string are_visible(const std::vector<mention>& all) const;
    [[nodiscard]] std::string visible_rows(const std::string& select, attribute_id attribute,
                                           const std::string& value) const;
    [[nodiscard]] std::string without_hidden(const column& c, attribute_id attribute) const;
    [[nodiscard]] std::string only_if_visible(const column& c, attribute_id attribute,
                                              const std::string& value) const;
    void remove_from_columns(kind& kind) const;

    id_vector<kind> kinds_; ///< as they were
    id_vector<attribute> attributes_;
    name_syntax syntax_;
    attribute_id member_uid_;
    attribute_id uid_;
    std::string problem_; ///< why it is not known which rows are hidden; or empty
};

} // namespace pgsql::directory
