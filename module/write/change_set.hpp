// change_set.hpp: one write of an entry as plain data: the values of its row before and after.
#pragma once

#include "mapping/mapping.hpp"
#include "mapping/write_target.hpp"
#include "sql/statement.hpp"

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace pgsql::directory {

/// The values of an attribute before and after the operation. Values of an attribute with DNs are
/// the keys of the named entries.
struct attribute_change {
    attribute_id attribute;
    std::vector<std::string> before;
    std::vector<std::string> after;
    /// The normalized DNs of `after`, if rows place the entries that they name, and the attribute.
    std::vector<std::string> dns = {};
    attribute_id named_by = {};

    [[nodiscard]] bool changed() const { return before != after; }
};

/// A write of one entry.
struct change_set {
    write_operation what = write_operation::modify;
    std::string key;     ///< of the row before the operation; of an add: after it
    std::string new_key; ///< after the operation; known after its first statement
    std::string parent;  ///< the key of the row above the entry, after the operation; empty: none
    bool moved = false;  ///< to another parent
    std::string dn;      ///< after the operation
    std::string actor;   ///< the DN of the authorized identity
    std::vector<attribute_change> attributes; ///< each at most once
    /// The columns of the row before the operation, as the list query shows them.
    std::map<std::string, std::optional<std::string>> row;
    /// The new hash; null: the password is removed. Nothing: it does not change. The caller wipes
    /// it.
    std::optional<const std::string*> password;
    const std::string* old_password = nullptr; ///< the stored hash; null: none

    [[nodiscard]] const attribute_change* find(attribute_id attribute) const
    {
        for (const attribute_change& one : attributes)
            if (one.attribute == attribute)
                return &one;
        return nullptr;
    }
};

/// Thrown if the configuration or a column cannot store the change.
struct unstorable {
    enum class reason : char {
        no_statement,   ///< nothing is configured that stores the attribute
        several_values, ///< its column holds one value
        nul,            ///< a text with a NUL character
        empty,          ///< an empty value, which would be read as none
        no_move,        ///< nothing is configured that stores what an entry is below
        fraction        ///< a time with a fraction of a second, which would be read without it
    };
    reason why;
    attribute_id attribute; ///< none: the password
};

/// Throws unstorable unless a text column can hold the values.
void check_texts(attribute_id attribute, const std::vector<std::string>& values);

/// The values as the text of a column: nothing for NULL. Throws unstorable.
[[nodiscard]] std::optional<std::string> column_text(const column& column,
                                                     const attribute_change& change,
                                                     const std::vector<std::string>& values);

/// Statements and the texts that their values point to.
struct change_statements {
    std::vector<postgres::change_statement> list; ///< to be executed in this order
    std::deque<std::string> texts;
    /// Attributes whose values are computed: the entry must show the requested ones afterward.
    std::vector<attribute_id> computed;
};

/// The statements for the change. Throws unstorable. The change must outlive the result.
[[nodiscard]] change_statements statements_of(const mapping& mapping, const kind& kind,
                                              const change_set& change);

} // namespace pgsql::directory
