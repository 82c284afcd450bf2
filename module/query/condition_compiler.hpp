// condition_compiler.hpp: turns an LDAP filter into an SQL condition that admits every matching row
// of a kind, and maybe more.
#pragma once

#include "query/attribute_condition.hpp"
#include "query/filter.hpp"
#include "query/statement_budget.hpp"

#include <list>
#include <utility>

namespace pgsql::directory {

/// The filter, simplified for entries of the kind: what the kind alone decides, such as object
/// classes, is decided, and does not keep like terms apart.
[[nodiscard]] filter simplified_for(const kind& kind, const filter& tree);

/// Compiles the filters of one statement, for the rows of one kind.
class condition_compiler {
public:
    /// Column references are written as e."column"; values are bound to `values`. `refused` are
    /// values that PostgreSQL refuses as parameters: no row has them.
    condition_compiler(const mapping& mapping, const kind& kind, postgres::statement& values,
                       const std::vector<requested_value>& refused = {})
        : context_{mapping, kind, values, refused, {}}
    {}
    condition_compiler(const condition_compiler&) = delete;
    condition_compiler& operator=(const condition_compiler&) = delete;

    /// What lookups are executed with by the conditions so far.
    [[nodiscard]] const std::vector<requested_value>& requested_values() const noexcept
    {
        return context_.requested;
    }

    /// The condition of the term. `answered` is a leaf that the chosen statement already settles.
    [[nodiscard]] condition compile(const filter& term, const filter* answered = nullptr);
    /// What is left for the rest of the statement.
    [[nodiscard]] statement_budget& budget() noexcept { return budget_; }
    /// What serves the attribute, resolved once.
    [[nodiscard]] attribute_condition& resolve(attribute_id attribute);
    /// The conditions that OR joins in an equality, as far as they are on columns.
    [[nodiscard]] std::vector<branch> branches(const filter& equality);

private:
    [[nodiscard]] const directory::kind& kind() const noexcept { return context_.owner; }
    [[nodiscard]] std::optional<std::string> asserted(const filter& equality) const
    {
        return asserted_value(context_.map, context_.owner, equality);
    }
    /// Whether the condition is affordable; then it is paid for.
    [[nodiscard]] bool pay(const condition& term);
    /// Runs `make`; if the result is no SQL, undoes its parameters and its cost.
    template <typename Make> [[nodiscard]] auto attempt(Make make);
    /// The condition of the term, or of its negation.
    [[nodiscard]] condition part(const filter& term, bool negated, const filter* answered,
                                 int depth);
    [[nodiscard]] condition node(const filter& term, bool negated, const filter* answered,
                                 int depth);
    [[nodiscard]] condition leaf(const filter& term);
    [[nodiscard]] condition entry_name(const filter& term);
    [[nodiscard]] condition combine(const filter& term, bool conjunction, bool negated,
                                    const filter* answered, int depth);
    /// That one of the equalities like the first of them is true, as one parameter; nothing where
    /// each takes its own.
    [[nodiscard]] std::optional<condition> equals_one_of(const std::vector<filter>& parts,
                                                         const filter& first);
    /// That all of them are, as one subquery; nothing where each takes its own.
    [[nodiscard]] std::optional<condition> equals_all_of(const std::vector<filter>& parts,
                                                         const filter& first);

    condition_context context_;
    std::list<std::pair<attribute_id, attribute_condition>> attributes_;
    statement_budget budget_;
};

} // namespace pgsql::directory
