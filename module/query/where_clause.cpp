// where_clause.cpp: turns an LDAP filter into an SQL condition that admits every matching row of a
// kind, and maybe more.
#include "query/where_clause.hpp"

#include <algorithm>
#include <set>
#include <type_traits>

namespace pgsql::directory {
namespace {

constexpr int deepest = 100;
// So many values are looked up one by one where the query that lists all could find them as well.
constexpr std::size_t few_lookups = 4;
// So many values of one attribute are asked for where an entry needs all: hardly any has two.
constexpr int most_alike = 2;

std::string reference(const std::string& column)
{
    return "e." + postgres::quote_identifier(column);
}

bool equal_without_case(std::string_view a, std::string_view b)
{
    return lower_ascii(a) == lower_ascii(b);
}

condition negate(const condition& of)
{
    // The negation of "these rows and maybe more" is not known to admit every row that it must.
    if (!of.exact)
        return condition::always(false);
    if (of.what == condition::type::never)
        return condition::always();
    if (of.what == condition::type::always)
        return condition::never();
    return condition::of("(" + of.text() + ") IS NOT TRUE",
                         true); // NULL: the attribute is absent, so the leaf is false
}

// How many relations a query has, as far as its words tell: each SELECT has one and each JOIN adds
// one. In quotes they count as well.
int relations_in(std::string_view sql)
{
    const auto is_letter = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '_';
    };
    int count = 0;
    for (std::size_t at = 0; at < sql.size();) {
        std::size_t end = at;
        while (end < sql.size() && is_letter(sql[end]))
            ++end;
        const auto word = sql.substr(at, end - at);
        count += (word.size() == 6 && equal_without_case(word, "select")) ||
                         (word.size() == 4 && equal_without_case(word, "join"))
                     ? 1
                     : 0;
        at = end + 1;
    }
    return count;
}

bool alike(const filter& a, const filter& b)
{
    return (a.what == filter::type::equality || a.what == filter::type::entry_name) &&
           a.what == b.what && a.attribute == b.attribute && a.parent == b.parent;
}

} // namespace

bool refuses(const std::vector<asked_value>& refused, const lookup& by, const std::string& value)
{
    return std::any_of(refused.begin(), refused.end(),
                       [&](const asked_value& one) { return one.by == &by && one.value == value; });
}

std::optional<std::string> asserted_value(const mapping& all, const kind& of,
                                          const filter& equality)
{
    const int named =
        equality.what == filter::type::equality ? of.names_of(equality.attribute) : -1;
    if (named < 0)
        return equality.value;
    const kind& target = all.kinds[static_cast<std::size_t>(named)];
    if (equality.parent != target.parent || equality.rdn != target.rdn().attribute)
        return std::nullopt;
    return equality.name;
}

match rule_of_values(const mapping& all, int attribute, int names_of)
{
    const int by =
        names_of < 0 ? attribute : all.kinds[static_cast<std::size_t>(names_of)].rdn().attribute;
    return all.attributes[static_cast<std::size_t>(by)].rule;
}

const char* why_distrusted(const mapping& all, const lookup& by, const kind& of)
{
    constexpr const char* any_case = "its values may be stored in any case";
    constexpr const char* as_text = "it compares text, and the column is citext";
    const auto is_loose = [&](const column* c) {
        return c != nullptr && c->type == column_type::citext && by.parameter == column_type::text;
    };
    const int named = of.names_of(by.attribute);
    if (named >= 0) { // a DN says the name in one case of letters
        const kind& target = all.kinds[static_cast<std::size_t>(named)];
        const column* name = target.find_column(target.rdn().column);
        if (is_loose(name))
            return as_text;
        return target.rdn().compare == comparison::any && (name == nullptr || is_text(name->type))
                   ? any_case
                   : nullptr;
    }
    const source* from = of.source_of(by.attribute);
    if (from == nullptr)
        return nullptr;
    if (from->of_name)
        return "entries have values that are made of their names";
    if (from->column.empty())
        return "entries have values by default";
    const column* own = of.find_column(from->column);
    if (is_loose(own))
        return as_text;
    if (own == nullptr || from->compare != comparison::any)
        return nullptr;
    if (own->type == column_type::uuid || (is_integer(own->type) && is_integer(by.parameter)))
        return nullptr;
    if (is_integer(own->type)) // 7.0 and 7 are one number and two texts
        return own->type == column_type::numeric ? "it compares numbers as text" : nullptr;
    if (is_time(own->type))
        return !is_time(by.parameter) ? "it compares times as text"
               : own->whole_seconds   ? nullptr
                                      : "its times may have fractions of a second, which no entry "
                                        "shows";
    return any_case;
}

filter settled(const filter& what, const kind& of)
{
    switch (what.what) {
    case filter::type::object_class:
        return filter::of(of.all_classes.contains(what.value) ? truth::yes : truth::no);
    case filter::type::entry_name:
        return of.parent != what.parent || of.rdn().attribute != what.attribute
                   ? filter::of(truth::no)
                   : what;
    case filter::type::conjunction:
    case filter::type::disjunction:
    case filter::type::negation: {
        filter out{.what = what.what};
        out.parts.reserve(what.parts.size());
        for (const filter& part : what.parts)
            out.parts.push_back(settled(part, of));
        return out;
    }
    default:
        return what;
    }
}

bool statement_budget::pay(std::string_view sql)
{
    const int relations = relations_in(sql);
    if (terms_ == 0 || (relations > relations_ && relations_ < most_relations))
        return false;
    --terms_;
    relations_ = std::max(0, relations_ - relations);
    return true;
}

template <typename Make> auto condition_compiler::attempt(Make make)
{
    const std::size_t bound = values_.values.size();
    const statement_budget before = budget_;
    auto out = make();
    const auto is_sql = [](const condition& c) { return c.what == condition::type::sql; };
    bool kept = false;
    if constexpr (std::is_same_v<decltype(out), condition>)
        kept = is_sql(out);
    else
        kept = out && is_sql(*out);
    if (!kept) {
        values_.values.resize(bound); // PostgreSQL refuses parameters that no term uses
        budget_ = before;
    }
    return out;
}

condition condition_compiler::compile(const filter& what, const filter* answered)
{
    condition out = part(what, false, answered, 0);
    return out.odd.empty() ? out : condition::of(out.text(), out.exact);
}

condition condition_compiler::part(const filter& what, bool negated, const filter* answered,
                                   int depth)
{
    return attempt([&] { return node(what, negated, answered, depth); });
}

condition condition_compiler::node(const filter& what, bool negated, const filter* answered,
                                   int depth)
{
    if (&what == answered)
        return negated ? condition::never() : condition::always();
    if (depth > deepest)
        return condition::always(false);
    switch (what.what) {
    case filter::type::conjunction:
        return combine(what, !negated, negated, answered, depth);
    case filter::type::disjunction:
        return combine(what, negated, negated, answered, depth);
    case filter::type::negation: // De Morgan holds in three values too, so that negation only ever
                                 // meets leaves
        return part(what.parts.front(), !negated, answered, depth + 1);
    case filter::type::constant:
        return what.constant == (negated ? truth::no : truth::yes) ? condition::always()
                                                                   : condition::never();
    case filter::type::object_class:
        return kind_.all_classes.contains(what.value) != negated ? condition::always()
                                                                 : condition::never();
    default:
        break;
    }
    if (budget_.exhausted())
        return condition::always(false);
    condition out = leaf(what, negated);
    return out.what != condition::type::sql || budget_.pay(out.text()) ? out
                                                                       : condition::always(false);
}

condition condition_compiler::leaf(const filter& what, bool negated)
{
    switch (what.what) {
    case filter::type::entry_name:
        if (kind_.parent != what.parent || kind_.rdn().attribute != what.attribute)
            return negated ? condition::always() : condition::never();
        return equality(what.attribute, what.value, negated);
    case filter::type::equality: {
        const auto value = asserted(what);
        return value     ? equality(what.attribute, *value, negated)
               : negated ? condition::always()
                         : condition::never();
    }
    case filter::type::substrings:
        return substrings(what.attribute, what.pieces, negated);
    case filter::type::at_least:
    case filter::type::at_most:
        return ordering(what.attribute, what.what == filter::type::at_least, what.value, negated);
    case filter::type::presence:
        return presence(what.attribute, negated);
    default:
        return condition::always(false);
    }
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
        if (term.what != condition::type::sql) {
            // False AND x, True OR x: nothing else matters, not even what is inexact (a superset
            // stays one)
            if ((term.what == condition::type::never) != conjunction_)
                return true;
            decided_ = conjunction_ ? condition::never() : condition::always(term.exact);
            return false;
        }
        if (terms_++ == 0)
            first_ = term;
        else
            sql_ += conjunction_ ? " AND " : " OR ";
        sql_ += conjunction_ ? term.text() : term.sql;
        for (const std::string& one : term.odd)
            if (std::find(odd_.begin(), odd_.end(), one) == odd_.end())
                odd_.push_back(one);
        return true;
    }

    [[nodiscard]] condition sum() const
    {
        if (decided_)
            return *decided_;
        if (terms_ == 0)
            return conjunction_ ? condition::always(exact_) : condition::never();
        condition out = terms_ == 1 ? first_ : condition::of("(" + sql_ + ")", exact_);
        out.exact = exact_;
        if (!conjunction_)
            out.odd = odd_;
        return out;
    }

private:
    const bool conjunction_;
    condition first_;
    std::string sql_;
    std::vector<std::string> odd_;
    bool exact_ = true;
    int terms_ = 0;
    std::optional<condition> decided_;
};

} // namespace

condition condition_compiler::combine(const filter& what, bool conjunction, bool negated,
                                      const filter* answered, int depth)
{
    std::vector<const filter*> parts;
    parts.reserve(what.parts.size());
    for (const filter& one : what.parts)
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
                auto c = conjunction == negated ? equals_one_of(what.parts, *one)
                         : conjunction          ? equals_all_of(what.parts, *one)
                                                : std::nullopt;
                if (c && c->what == condition::type::sql && !budget_.pay(c->text()))
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

std::optional<column_terms> condition_compiler::column_only(int attribute)
{
    const source* from = kind_.source_of(attribute);
    const column* c = from != nullptr ? kind_.find_column(from->column) : nullptr;
    if (!kind_.problem.empty() || c == nullptr || !from->defaults.empty())
        return std::nullopt;
    return terms_of(*c, *from, rule_of(attribute, from->names_of), values_);
}

condition condition_compiler::elsewhere(int attribute) const
{
    return !kind_.problem.empty() || kind_.source_of(attribute) != nullptr ||
                   kind_.lookup_by(attribute) != nullptr || kind_.values_of(attribute) != nullptr
               ? condition::always(false)
               : condition::never();
}

condition condition_compiler::equality(int attribute, const std::string& value, bool negated)
{
    if (!kind_.problem.empty())
        return condition::always(false);
    const source* from = kind_.source_of(attribute);
    const lookup* by = kind_.lookup_by(attribute);
    condition c = condition::never();
    const match rule = rule_of(attribute);
    const column* own = from != nullptr ? kind_.find_column(from->column) : nullptr;
    const bool bytes = own != nullptr &&
                       (own->type == column_type::bytea || own->type == column_type::bytea_array);
    if (rule != match::uuid && !bytes && !storable(value)) // which compares bytes
        return negated ? condition::always() : condition::never();
    if (from != nullptr && from->of_name)
        return condition::always(false);
    if (from != nullptr) {
        c = own == nullptr
                ? condition::never()
                : terms_of(*own, *from, rule_of(attribute, from->names_of), values_).equals(value);
        c = or_by_default(std::move(c), *from, {value});
    }
    // Without a column that SQL can compare, the keyed query knows the rows that have the value, or
    // the list of values does.
    if (keyed_query(attribute) != nullptr &&
        (from == nullptr || (c.what == condition::type::always && from->defaults.empty())))
        c = membership(*by, value);
    else if (const values_query* list = kind_.values_of(attribute); from == nullptr && list)
        c = listed(*list, {value});
    else if (from == nullptr && by != nullptr)
        c = condition::always(false);
    return negated ? negate(c) : c;
}

std::optional<condition> condition_compiler::equals_one_of(const std::vector<filter>& parts,
                                                           const filter& first)
{
    const source* from = kind_.source_of(first.attribute);
    const column* own = from != nullptr ? kind_.find_column(from->column) : nullptr;
    const values_query* list = kind_.values_of(first.attribute);
    const match rule = first.attribute >= 0
                           ? rule_of(first.attribute, from != nullptr ? from->names_of : -1)
                           : match::other;
    if (!kind_.problem.empty() ||
        (first.what == filter::type::entry_name &&
         (first.parent != kind_.parent || first.attribute != kind_.rdn().attribute)) ||
        (own != nullptr ? !terms_of(*own, *from, rule, values_).takes_several()
                        : from != nullptr || list == nullptr))
        return std::nullopt;
    std::vector<std::string> several;
    for (const filter& part : parts) {
        if (!alike(first, part))
            continue;
        if (auto value = asserted(part); value && (rule == match::uuid || storable(*value)))
            several.push_back(std::move(*value));
    }
    // The keyed query is the better way to a few lists' entries.
    if (several.size() < 2 || (own == nullptr && keyed_query(first.attribute) != nullptr &&
                               several.size() <= few_lookups))
        return std::nullopt;
    return own == nullptr ? listed(*list, several)
                          : or_by_default(terms_of(*own, *from, rule, values_).equals_any(several),
                                          *from, several);
}

std::optional<condition> condition_compiler::equals_all_of(const std::vector<filter>& parts,
                                                           const filter& first)
{
    const values_query* list = kind_.values_of(first.attribute);
    if (!kind_.problem.empty() || first.what != filter::type::equality || list == nullptr ||
        kind_.source_of(first.attribute) != nullptr)
        return std::nullopt;
    std::set<std::string> several;
    for (const filter& one : parts)
        if (alike(first, one)) {
            const auto value = asserted(one);
            if (!value || !storable(*value))
                return condition::never();
            if (may_be_regular(*value)) // the others are left to test_filter
                several.insert(*value);
        }
    const auto by = text_of(*list);
    if (several.size() < 2 || !by ||
        (keyed_query(first.attribute) != nullptr && several.size() <= few_lookups))
        return std::nullopt;
    const condition any =
        any_case_of(by->text, by->rule, {several.begin(), several.end()}, values_);
    const std::string parameter = '$' + std::to_string(values_.values.size());
    const std::string key = postgres::quote_identifier(kind_.rdn().column);
    return condition::of("e." + key + " IN (SELECT v." + key + " FROM (" + list->listing +
                             ") AS v WHERE " + any.text() + " GROUP BY v." + key + " HAVING " +
                             having_all(by->text, by->rule, parameter) + ")",
                         false);
}

condition condition_compiler::membership(const lookup& by, const std::string& value)
{
    const auto asked =
        lookup_parameter(value, rule_of(by.attribute, kind_.names_of(by.attribute)), by.parameter);
    if (!asked || refuses(refused_, by, *asked))
        return condition::never();
    const held known = holds(all_.characters.get(), *asked);
    if (known == held::not_held)
        return condition::never();
    if (known == held::unknown)
        return condition::always(false);
    asked_.push_back({&by, *asked});
    const std::string key = postgres::quote_identifier(kind_.rdn().column);
    return condition::of("e." + key + " IN (SELECT m." + key + " FROM (" +
                             by.query_for(*asked).with_parameter(values_.bind(*asked)) + ") AS m)",
                         true);
}

std::optional<condition_compiler::listed_text>
condition_compiler::text_of(const values_query& in) const
{
    const match rule = rule_of(in.attribute, in.names_of);
    if (in.listing.empty() || in.bytes ||
        (in.names_of < 0 && rule != match::ignore_case && rule != match::exact_case))
        return std::nullopt;
    listed_text out{
        .column = "v." + postgres::quote_identifier(in.value), .text = {}, .rule = rule};
    out.text = printed(out.column, in.own_cast);
    if (!in.deterministic)
        out.text = "(" + out.text + " COLLATE \"C\")";
    return out;
}

condition condition_compiler::listed(const values_query& in,
                                     const std::vector<std::string>& several)
{
    const auto by = text_of(in);
    if (!by)
        return condition::always(false);
    const std::string key = postgres::quote_identifier(kind_.rdn().column);
    const condition any = several.size() == 1
                              ? any_case(by->text, by->rule, several.front(), values_)
                              : any_case_of(by->text, by->rule, several, values_);
    return condition::of("e." + key + " IN (SELECT v." + key + " FROM (" + in.listing +
                             ") AS v WHERE " + any.text() + ")",
                         false);
}

condition condition_compiler::or_by_default(condition own, const source& from,
                                            const std::vector<std::string>& several)
{
    if (from.defaults.empty() || own.what == condition::type::always)
        return own;
    const condition d = by_default(from, several);
    if (own.what == condition::type::never)
        return d;
    if (d.what != condition::type::sql)
        return own;
    own.sql = "(" + own.sql + " OR " + d.sql + ")";
    own.exact = own.exact && d.exact;
    return own;
}

const lookup* condition_compiler::keyed_query(int attribute) const
{
    const lookup* by = kind_.lookup_by(attribute);
    return by != nullptr && why_distrusted(all_, *by, kind_) == nullptr ? by : nullptr;
}

bool condition_compiler::may_be_default(int attribute, const std::string& value)
{
    const source* from = kind_.source_of(attribute);
    if (from == nullptr || from->defaults.empty())
        return false;
    const std::size_t bound = values_.values.size();
    const bool may = default_equals(*from, {value}).what != condition::type::never;
    values_.values.resize(bound);
    return may;
}

condition condition_compiler::by_default(const source& from,
                                         const std::vector<std::string>& several)
{
    const std::size_t bound = values_.values.size();
    condition d = default_equals(from, several);
    if (d.what != condition::type::sql)
        values_.values.resize(bound);
    const column* own = kind_.find_column(from.column);
    if (own == nullptr || d.what == condition::type::never)
        return d;
    const std::string none = absent(*own);
    return condition::of(d.what == condition::type::sql ? "(" + none + " AND " + d.sql + ")" : none,
                         d.exact);
}

std::vector<branch> condition_compiler::branches(const filter& equality) const
{
    std::vector<branch> out;
    const int attribute = equality.attribute;
    const auto asked = asserted(equality);
    if (!asked)
        return out;
    const std::string& value = *asked;
    const source* from = kind_.source_of(attribute);
    const column* own = from != nullptr ? kind_.find_column(from->column) : nullptr;
    if (own != nullptr) {
        postgres::statement values;
        out = terms_of(*own, *from, rule_of(attribute, from->names_of), values).branches(value);
        condition_compiler alone(all_, kind_, values);
        const condition d =
            from->defaults.empty() ? condition::never() : alone.by_default(*from, {value});
        if (d.what == condition::type::sql)
            out.push_back(
                {.condition = {d.sql, values.values},
                 .column = reference(own->name),
                 .index = own->type == column_type::text || own->type == column_type::citext
                              ? "((true)) WHERE " + absent(*own)
                              : ""});
    } else if (const values_query* list = kind_.values_of(attribute);
               list != nullptr && keyed_query(attribute) == nullptr) {
        if (const auto by = text_of(*list))
            out = any_case_branches(by->text, by->column, by->rule, value);
        for (branch& b : out)
            b.from = list->listing;
    }
    return out;
}

condition condition_compiler::default_equals(const source& from,
                                             const std::vector<std::string>& several)
{
    const match rule = rule_of(from.attribute);
    if (rule != match::ignore_case && rule != match::exact_case)
        return condition::always(false); // 007 and 7, say, are one value and two texts
    const bool ignore_case = rule == match::ignore_case;
    std::string sql;
    for (const value_template& t : from.defaults) {
        const auto& pieces = t.pieces();
        const auto columns =
            std::count_if(pieces.begin(), pieces.end(), [](const auto& p) { return p.column; });
        const std::string head = pieces.front().column ? "" : pieces.front().text;
        const std::string tail =
            pieces.size() > 1 && !pieces.back().column ? pieces.back().text : "";
        const auto same = [&](std::string_view a, std::string_view b) {
            return ignore_case ? equal_without_case(a, b) : a == b;
        };
        if (!is_plain_ascii(head) || !is_plain_ascii(tail))
            return condition::always(false);
        // What a value has between them, if it is one that this default can make.
        std::vector<std::string> middles;
        for (const std::string_view v : several)
            if (v.size() >= head.size() + tail.size() && same(v.substr(0, head.size()), head) &&
                same(v.substr(v.size() - tail.size()), tail))
                middles.emplace_back(v.substr(head.size(), v.size() - head.size() - tail.size()));
        if (columns == 0)
            std::erase_if(middles, [](const auto& more) { return !more.empty(); });
        // A column cannot have what the database cannot hold, while a default's own text can.
        std::erase_if(middles, [&](const auto& middle) {
            return holds(all_.characters.get(), middle) == held::not_held;
        });
        if (middles.empty())
            continue;
        if (columns == 0)
            return condition::always(false); // inexact: an earlier default may have served
        const auto only =
            std::find_if(pieces.begin(), pieces.end(), [](const auto& p) { return p.column; });
        const source* other = nullptr;
        for (const source& s : kind_.sources)
            if (const column* c = kind_.find_column(s.column);
                s.column == only->text && c != nullptr && c->type == column_type::text &&
                s.defaults.empty() && s.compare != comparison::any)
                other = &s;
        const bool all_known = std::all_of(middles.begin(), middles.end(), [&](const auto& middle) {
            return holds(all_.characters.get(), middle) == held::held;
        });
        if (columns != 1 || only->last_word || other == nullptr || !all_known)
            return condition::always(false);
        sql += (sql.empty() ? "" : " OR ") + reference(other->column) + " = " +
               (middles.size() == 1 ? values_.bind(middles.front())
                                    : "ANY(" + values_.bind(array_literal(middles)) + ")");
    }
    return sql.empty() ? condition::never() : condition::of("(" + sql + ")", false);
}

condition condition_compiler::substrings(int attribute, const std::vector<std::string>& pieces,
                                         bool negated)
{
    condition c = elsewhere(attribute);
    if (auto terms = column_only(attribute))
        c = terms->contains(pieces);
    return negated ? negate(c) : c;
}

condition condition_compiler::ordering(int attribute, bool at_least, const std::string& value,
                                       bool negated)
{
    condition c = elsewhere(attribute);
    if (auto terms = column_only(attribute))
        c = terms->compares(at_least, value);
    return negated ? negate(c) : c;
}

condition condition_compiler::presence(int attribute, bool negated)
{
    condition c = elsewhere(attribute);
    const source* from = kind_.source_of(attribute);
    if (kind_.problem.empty() && from != nullptr && (from->required || from->of_name))
        c = condition::always();
    else if (auto terms = column_only(attribute))
        c = terms->present();
    return negated ? negate(c) : c;
}

} // namespace pgsql::directory
