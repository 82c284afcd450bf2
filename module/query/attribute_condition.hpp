// attribute_condition.hpp: SQL conditions on what serves one attribute of a kind.
#pragma once

#include "query/column_condition.hpp"
#include "query/trusted_lookup.hpp"

#include <optional>
#include <set>
#include <string>
#include <vector>

namespace pgsql::directory {

/// What the conditions of one statement have in common.
struct condition_context {
    const mapping& map;
    const kind& owner;                          ///< the kind whose rows are asked for
    postgres::statement& values;                ///< receives the parameters
    const std::vector<requested_value> refused; ///< values that PostgreSQL refuses: no row has them
    std::vector<requested_value> requested;     ///< what lookups are executed with so far
};

/// An attribute, resolved once to what serves it: a column, defaults, a lookup, a values query
/// or nothing. Each condition is a superset of the rows whose entries make the term TRUE.
class attribute_condition {
public:
    attribute_condition(condition_context& context, attribute_id attribute);

    [[nodiscard]] condition equals(const std::string& value);
    /// Whether equals_any() may put several values into one parameter.
    [[nodiscard]] bool takes_several() const;
    /// That it equals one of several values; nothing where each value takes its own condition.
    [[nodiscard]] std::optional<condition> equals_any(const std::vector<std::string>& values);
    /// Whether equals_all() may ask for several values in one subquery.
    [[nodiscard]] bool is_listed() const noexcept;
    /// That it has all of several values; nothing where each value takes its own condition.
    [[nodiscard]] std::optional<condition> equals_all(const std::set<std::string>& values);
    /// Initial, any …, final; the first and the last may be empty.
    [[nodiscard]] condition contains(const std::vector<std::string>& pieces);
    [[nodiscard]] condition ordering(bool at_least, const std::string& value);
    [[nodiscard]] condition present();

    /// Whether SQL can compare the value as text, or need not.
    [[nodiscard]] bool can_compare(const std::string& value) const;
    /// The lookup that knows all rows with a value, if there is one.
    [[nodiscard]] const lookup* trusted_lookup() const noexcept { return trusted_; }
    /// Whether a default may give rows the value that have none in the column.
    [[nodiscard]] bool may_be_default(const std::string& value);
    /// The conditions that OR joins in an equality, as far as they are on columns.
    [[nodiscard]] std::vector<branch> branches(const std::string& value) const;

private:
    [[nodiscard]] bool usable() const noexcept { return context_.owner.error.empty(); }
    [[nodiscard]] column_condition on_column(postgres::statement& values) const;
    /// The column's conditions, if a column without defaults is all that serves the attribute.
    [[nodiscard]] std::optional<column_condition> column_only();
    /// That no row has the attribute, or that SQL cannot tell; where no column serves it.
    [[nodiscard]] condition without_column() const;
    /// A value of a column without defaults, or one of these: what equals one of the values.
    [[nodiscard]] condition or_default_matches(condition own,
                                               const std::vector<std::string>& values);
    /// That a default gives one of the values and the column gives none.
    [[nodiscard]] condition default_matches(const std::vector<std::string>& values);
    [[nodiscard]] condition default_equals(const std::vector<std::string>& values);
    [[nodiscard]] condition via_lookup(const std::string& value);
    [[nodiscard]] condition via_values_query(const std::vector<std::string>& values);
    /// How the values of the values query are compared; nothing if SQL cannot.
    struct listed_text {
        std::string column;
        std::string text;
        matching_rule rule;
    };
    [[nodiscard]] std::optional<listed_text> listed() const;

    condition_context& context_;
    const attribute_id attribute_;
    const attribute_source* const source_;
    const column* const column_;
    const lookup* const lookup_;
    const lookup* const trusted_; ///< `lookup_`, if its rows are all that have a value
    const values_query* const list_;
    matching_rule rule_ = matching_rule::other; ///< of the attribute
    matching_rule value_rule_ =
        matching_rule::other; ///< of the column's values, which may be names
};

} // namespace pgsql::directory
