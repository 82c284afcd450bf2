// condition_compiler.cpp: turns an LDAP filter into an SQL condition that admits every matching row
// of a kind, and maybe more.
#include "query/condition_compiler.hpp"

#include "query/placement.hpp"

#include <algorithm>
#include <set>
#include <type_traits>

namespace pgsql::directory {
namespace {

constexpr int deepest = 100;
// The most equalities on one attribute that an AND sends to PostgreSQL: few entries match more.
constexpr int most_alike = 2;

condition negate(const condition& term)
{
    // The negation of "these rows and maybe more" is not known to admit every row that it must.
    if (!term.exact)
        return condition::always(false);
    if (term.type == condition::form::never)
        return condition::always();
    if (term.type == condition::form::always)
        return condition::never();
    return condition::from_sql("(" + term.text() + ") IS NOT TRUE",
                               true); // NULL: the attribute is absent, so the leaf is false
}

bool alike(const filter& a, const filter& b)
{
    return (a.type == filter::node::equality || a.type == filter::node::entry_name) &&
           a.type == b.type && a.attribute == b.attribute && a.above == b.above;
}

} // namespace

filter simplified_for(const kind& kind, const filter& tree)
{
    return simplified(tree, [&](const filter& leaf) -> std::optional<truth> {
        if (leaf.type == filter::node::object_class)
            return kind.all_classes.contains(leaf.value) ? truth::yes : truth::no;
        if (leaf.type == filter::node::subordinates && !kind.has_children)
            return leaf.constant;
        if (leaf.type == filter::node::entry_name &&
            (!kind.may_be_below(leaf.above) || kind.rdn().attribute != leaf.attribute))
            return truth::no;
        return std::nullopt;
    });
}

template <typename Make> auto condition_compiler::attempt(Make make)
{
    const std::size_t bound = context_.values.values.size();
    const statement_budget before = budget_;
    auto out = make();
    const auto is_sql = [](const condition& c) { return c.type == condition::form::sql; };
    bool kept = false;
    if constexpr (std::is_same_v<decltype(out), condition>)
        kept = is_sql(out);
    else
        kept = out && is_sql(*out);
    if (!kept) {
        context_.values.values.resize(bound); // PostgreSQL refuses parameters that no term uses
        budget_ = before;
    }
    return out;
}

bool condition_compiler::pay(const condition& term)
{
    int relations = relations_in(term.sql);
    for (const std::string& one : term.irregular_terms)
        relations += relations_in(one);
    return budget_.pay(relations);
}

condition condition_compiler::compile(const filter& term, const filter* answered)
{
    condition out = part(term, false, answered, 0);
    return out.irregular_terms.empty() ? out : condition::from_sql(out.text(), out.exact);
}

condition condition_compiler::part(const filter& term, bool negated, const filter* answered,
                                   int depth)
{
    return attempt([&] { return node(term, negated, answered, depth); });
}

condition condition_compiler::node(const filter& term, bool negated, const filter* answered,
                                   int depth)
{
    if (&term == answered)
        return negated ? condition::never() : condition::always();
    if (depth > deepest)
        return condition::always(false);
    switch (term.type) {
    case filter::node::conjunction:
        return combine(term, !negated, negated, answered, depth);
    case filter::node::disjunction:
        return combine(term, negated, negated, answered, depth);
    case filter::node::negation: // De Morgan holds in three values too, so that negation only ever
                                 // meets leaves
        return part(term.parts.front(), !negated, answered, depth + 1);
    case filter::node::constant:
        return term.constant == (negated ? truth::no : truth::yes) ? condition::always()
                                                                   : condition::never();
    case filter::node::object_class:
        return kind().all_classes.contains(term.value) != negated ? condition::always()
                                                                  : condition::never();
    default:
        break;
    }
    if (budget_.exhausted())
        return condition::always(false);
    condition out = leaf(term);
    if (negated)
        out = negate(out);
    return out.type != condition::form::sql || pay(out) ? out : condition::always(false);
}

attribute_condition& condition_compiler::resolve(attribute_id attribute)
{
    const auto known = std::find_if(attributes_.begin(), attributes_.end(),
                                    [&](const auto& one) { return one.first == attribute; });
    if (known != attributes_.end())
        return known->second;
    return attributes_.emplace_back(attribute, attribute_condition(context_, attribute)).second;
}

condition condition_compiler::leaf(const filter& term)
{
    switch (term.type) {
    case filter::node::entry_name:
        return entry_name(term);
    case filter::node::placement:
        return placed(kind(), term.place_keys, term.at_container, context_.values);
    case filter::node::row_key:
        return has_key(kind(), term.place_keys, context_.values);
    case filter::node::equality: {
        const auto value = asserted(term);
        condition out = value ? resolve(term.attribute).equals(*value) : condition::never();
        // Entries of that name may be at other places.
        if (out.type != condition::form::never &&
            names_placed_entries(context_.map, kind(), term.attribute))
            out.exact = false;
        return out;
    }
    case filter::node::substrings:
        return resolve(term.attribute).contains(term.pieces);
    case filter::node::at_least:
    case filter::node::at_most:
        return resolve(term.attribute).ordering(term.type == filter::node::at_least, term.value);
    case filter::node::presence:
        return resolve(term.attribute).present();
    default:
        return condition::always(false);
    }
}

condition condition_compiler::entry_name(const filter& term)
{
    if (!kind().may_be_below(term.above) || kind().rdn().attribute != term.attribute)
        return condition::never();
    condition out = resolve(term.attribute).equals(term.value);
    if (!kind().parent_kind || out.type != condition::form::sql)
        return out;
    const filter below = filter::below(term.above);
    const condition where = placed(kind(), below.place_keys, below.at_container, context_.values);
    if (where.type == condition::form::never)
        return where; // no row can be there
    if (where.type == condition::form::always) {
        out.exact = out.exact && where.exact;
        return out;
    }
    return condition::from_sql("(" + out.text() + " AND " + where.sql + ")",
                               out.exact && where.exact);
}

std::vector<branch> condition_compiler::branches(const filter& equality)
{
    const auto value = asserted(equality);
    return value ? resolve(equality.attribute).branches(*value) : std::vector<branch>();
}

std::optional<condition> condition_compiler::equals_one_of(const std::vector<filter>& parts,
                                                           const filter& first)
{
    attribute_condition& attribute = resolve(first.attribute);
    if ((first.type == filter::node::entry_name &&
         (kind().parent_kind || !kind().may_be_below(first.above) ||
          first.attribute != kind().rdn().attribute)) ||
        !attribute.takes_several())
        return std::nullopt;
    std::vector<std::string> values;
    for (const filter& part : parts) {
        if (!alike(first, part))
            continue;
        if (auto value = asserted(part); value && attribute.can_compare(*value))
            values.push_back(std::move(*value));
    }
    auto out = attribute.equals_any(values);
    if (out && names_placed_entries(context_.map, kind(), first.attribute))
        out->exact = false;
    return out;
}

std::optional<condition> condition_compiler::equals_all_of(const std::vector<filter>& parts,
                                                           const filter& first)
{
    attribute_condition& attribute = resolve(first.attribute);
    if (first.type != filter::node::equality || !attribute.is_listed())
        return std::nullopt;
    std::set<std::string> values;
    for (const filter& part : parts)
        if (alike(first, part)) {
            const auto value = asserted(part);
            if (!value || !is_valid_utf8(*value))
                return condition::never();
            if (may_be_regular(*value)) // the others are left to test_filter
                values.insert(*value);
        }
    return attribute.equals_all(values);
}

namespace {

// Terms that AND or OR joins.
class joint {
public:
    explicit joint(bool conjunction) : conjunction_(conjunction) {}

    /// False when the term decides alone; then `sum` is that.
    [[nodiscard]] bool add(const condition& term)
    {
        exact_ = exact_ && term.exact;
        if (term.type != condition::form::sql) {
            // False AND x, True OR x: nothing else matters, not even what is inexact (a superset
            // stays one)
            if ((term.type == condition::form::never) != conjunction_)
                return true;
            decided_ = conjunction_ ? condition::never() : condition::always(term.exact);
            return false;
        }
        if (terms_++ == 0)
            first_ = term;
        else
            sql_ += conjunction_ ? " AND " : " OR ";
        sql_ += conjunction_ ? term.text() : term.sql;
        for (const std::string& one : term.irregular_terms)
            if (std::find(irregular_terms_.begin(), irregular_terms_.end(), one) ==
                irregular_terms_.end())
                irregular_terms_.push_back(one);
        return true;
    }

    [[nodiscard]] condition sum() const
    {
        if (decided_)
            return *decided_;
        if (terms_ == 0)
            return conjunction_ ? condition::always(exact_) : condition::never();
        condition out = terms_ == 1 ? first_ : condition::from_sql("(" + sql_ + ")", exact_);
        out.exact = exact_;
        if (!conjunction_)
            out.irregular_terms = irregular_terms_;
        return out;
    }

private:
    const bool conjunction_;
    condition first_;
    std::string sql_;
    std::vector<std::string> irregular_terms_;
    bool exact_ = true;
    int terms_ = 0;
    std::optional<condition> decided_;
};

} // namespace

condition condition_compiler::combine(const filter& term, bool conjunction, bool negated,
                                      const filter* answered, int depth)
{
    std::vector<const filter*> parts;
    parts.reserve(term.parts.size());
    for (const filter& one : term.parts)
        parts.push_back(&one);
    if (conjunction) // what finds few rows comes before what may use the budget up
        std::stable_partition(parts.begin(), parts.end(),
                              [](const filter* one) { return alike(*one, *one); });
    joint all(conjunction);
    std::vector<const filter*> tried;  // the first equality of each attribute
    std::vector<const filter*> joined; // those that stand for all like them
    std::vector<const filter*> alone;  // those that do not
    for (const filter* one : parts) {
        const auto like = [&](const filter* other) { return alike(*other, *one); };
        if (std::any_of(joined.begin(), joined.end(), like))
            continue;
        std::optional<condition> together;
        if (alike(*one, *one) && one != answered &&
            std::none_of(tried.begin(), tried.end(), like)) {
            tried.push_back(one);
            // Equalities joined by OR, and their negations by AND.
            together = attempt([&] {
                auto c = conjunction == negated ? equals_one_of(term.parts, *one)
                         : conjunction          ? equals_all_of(term.parts, *one)
                                                : std::nullopt;
                if (c && c->type == condition::form::sql && !pay(*c))
                    c = condition::always(false);
                return c && negated ? std::optional(negate(*c)) : c;
            });
        }
        if (together)
            joined.push_back(one);
        else if (conjunction && !negated &&
                 std::count_if(alone.begin(), alone.end(), like) >= most_alike) {
            (void)all.add(condition::always(false));
            continue;
        } else if (alike(*one, *one))
            alone.push_back(one);
        if (!all.add(together ? *together : part(*one, negated, answered, depth + 1)))
            break;
    }
    return all.sum();
}

} // namespace pgsql::directory
