// where_clause.hpp: turns an LDAP filter into an SQL condition that admits every matching row of a
// kind, and maybe more.
#pragma once

#include "query/column_condition.hpp"
#include "query/filter.hpp"

namespace pgsql::directory {

/// What an equality asserts of the values that the kind has: the DN's name where they are names of
/// entries. Nothing where none of those entries can have the DN.
[[nodiscard]] std::optional<std::string> asserted_value(const mapping& mapping, const kind& kind,
                                                        const filter& equality);

/// The rule by which the values of an attribute are compared: those that name entries of a kind by
/// that of their names.
[[nodiscard]] matching_rule rule_of_values(const mapping& mapping, int attribute, int names_of);

/// Why the rows of a keyed query need not be all the rows whose attribute equals the assertion, so
/// that no filter may use it; null: they are.
[[nodiscard]] const char* why_distrusted(const mapping& mapping, const lookup& lookup,
                                         const kind& kind);

/// A value that a keyed query is asked for.
struct requested_value {
    const lookup* query = nullptr;
    std::string value; ///< as the query's parameter

    [[nodiscard]] bool operator==(const requested_value&) const = default;
};

[[nodiscard]] bool refuses(const std::vector<requested_value>& refused, const lookup& lookup,
                           const std::string& value);

/// The filter for entries of the kind: what the kind alone decides, such as object classes, is
/// decided, and does not keep like terms apart.
[[nodiscard]] filter settled(const filter& term, const kind& kind);

/// What one statement may cost, whatever the term. PostgreSQL's planner is neither bounded nor
/// interrupted, and takes the longer the more relations are joined; each row costs the time of each
/// term. What is not affordable is left to slapd's test_filter.
class statement_budget {
public:
    /// Whether the condition is affordable; then it is paid for. A single query of the
    /// configuration is affordable whatever its size.
    [[nodiscard]] bool pay(std::string_view sql);
    [[nodiscard]] bool exhausted() const noexcept { return terms_ == 0; }

private:
    static constexpr int most_terms = 32;
    static constexpr int most_relations = 24;

    int terms_ = most_terms;
    int relations_ = most_relations;
};

class condition_compiler {
public:
    /// Column references are written as e."column"; values are bound to `values`. `refused` are
    /// values that PostgreSQL refuses as parameters: no row has them.
    condition_compiler(const mapping& mapping, const kind& kind, postgres::statement& values,
                       const std::vector<requested_value>& refused = {})
        : mapping_(mapping), kind_(kind), values_(values), refused_(refused)
    {}

    /// What keyed queries are asked for by the conditions so far.
    [[nodiscard]] const std::vector<requested_value>& requested_values() const noexcept
    {
        return requested_values_;
    }

    /// The condition of the term. `answered` is a leaf that the chosen statement already settles.
    [[nodiscard]] condition compile(const filter& term, const filter* answered = nullptr);
    /// What is left for the rest of the statement.
    [[nodiscard]] statement_budget& budget() noexcept { return budget_; }
    /// The keyed query that knows the rows in which the attribute has a value, if there is one.
    [[nodiscard]] const lookup* keyed_query(int attribute) const;
    /// Whether a default may give rows the value that have none in the column.
    [[nodiscard]] bool may_be_default(int attribute, const std::string& value);
    /// The conditions that OR joins in an equality, as far as they are on columns.
    [[nodiscard]] std::vector<branch> branches(const filter& equality) const;

private:
    [[nodiscard]] matching_rule rule_of(int attribute) const
    {
        return mapping_.attributes[static_cast<std::size_t>(attribute)].rule;
    }
    [[nodiscard]] matching_rule rule_of(int attribute, int names_of) const
    {
        return rule_of_values(mapping_, attribute, names_of);
    }
    /// Runs `make`; of what comes to no SQL, no value and no cost stays behind.
    template <typename Make> [[nodiscard]] auto attempt(Make make);
    /// The condition of the term, or of its negation.
    [[nodiscard]] condition part(const filter& term, bool negated, const filter* answered,
                                 int depth);
    [[nodiscard]] condition node(const filter& term, bool negated, const filter* answered,
                                 int depth);
    [[nodiscard]] condition leaf(const filter& term, bool negated);
    [[nodiscard]] condition equality(int attribute, const std::string& value, bool negated);
    [[nodiscard]] condition combine(const filter& term, bool conjunction, bool negated,
                                    const filter* answered, int depth);
    /// That one of the equalities like the first of them is true, as one parameter; nothing where
    /// each takes its own.
    [[nodiscard]] std::optional<condition> equals_one_of(const std::vector<filter>& parts,
                                                         const filter& first);
    /// That all of them are, as one subquery; nothing where each takes its own.
    [[nodiscard]] std::optional<condition> equals_all_of(const std::vector<filter>& parts,
                                                         const filter& first);
    [[nodiscard]] condition substrings(int attribute, const std::vector<std::string>& pieces,
                                       bool negated);
    [[nodiscard]] condition ordering(int attribute, bool at_least, const std::string& value,
                                     bool negated);
    [[nodiscard]] condition presence(int attribute, bool negated);
    /// That a default of the source gives one of the values and the column gives none.
    [[nodiscard]] condition default_matches(const attribute_source& source,
                                            const std::vector<std::string>& values);
    [[nodiscard]] condition default_equals(const attribute_source& source,
                                           const std::vector<std::string>& values);
    /// A value of a column without defaults, and else one of these: what equals one of the values.
    [[nodiscard]] condition or_default_matches(condition own, const attribute_source& source,
                                               const std::vector<std::string>& values);
    [[nodiscard]] condition via_lookup(const lookup& lookup, const std::string& value);
    [[nodiscard]] std::optional<std::string> asserted(const filter& equality) const
    {
        return asserted_value(mapping_, kind_, equality);
    }
    [[nodiscard]] condition via_values_query(const values_query& query,
                                             const std::vector<std::string>& values);
    /// How the values of a list are compared; nothing if SQL cannot.
    struct listed_text {
        std::string column;
        std::string text;
        matching_rule rule;
    };
    [[nodiscard]] std::optional<listed_text> text_of(const values_query& query) const;
    /// The terms on the attribute's column, if a column without defaults is all there is to it.
    [[nodiscard]] std::optional<column_condition> column_only(int attribute);
    /// That no row, or every row for all SQL knows, has the attribute; when it has no column.
    [[nodiscard]] condition elsewhere(int attribute) const;

    [[nodiscard]] column_condition terms_of(const column& column, const attribute_source& source,
                                            matching_rule rule, postgres::statement& values) const
    {
        return {column, source, rule, values, mapping_.characters.get()};
    }

    const mapping& mapping_;
    const kind& kind_;
    postgres::statement& values_;
    const std::vector<requested_value> refused_;
    std::vector<requested_value> requested_values_;
    statement_budget budget_;
};

} // namespace pgsql::directory
