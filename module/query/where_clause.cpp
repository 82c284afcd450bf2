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
    if (of.type == condition::form::never)
        return condition::always();
    if (of.type == condition::form::always)
        return condition::never();
    return condition::from_sql("(" + of.text() + ") IS NOT TRUE",
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
    return (a.type == filter::node::equality || a.type == filter::node::entry_name) &&
           a.type == b.type && a.attribute == b.attribute && a.parent == b.parent;
}

} // namespace

bool refuses(const std::vector<requested_value>& refused, const lookup& lookup,
             const std::string& value)
{
    return std::any_of(refused.begin(), refused.end(), [&](const requested_value& one) {
        return one.query == &lookup && one.value == value;
    });
}

std::optional<std::string> asserted_value(const mapping& mapping, const kind& kind,
                                          const filter& equality)
{
    const int named =
        equality.type == filter::node::equality ? kind.named_kind(equality.attribute) : -1;
    if (named < 0)
        return equality.value;
    const auto& target = mapping.kinds[static_cast<std::size_t>(named)];
    if (equality.parent != target.parent || equality.rdn != target.rdn().attribute)
        return std::nullopt;
    return equality.name;
}

matching_rule rule_of_values(const mapping& mapping, int attribute, int names_of)
{
    const int by = names_of < 0 ? attribute
                                : mapping.kinds[static_cast<std::size_t>(names_of)].rdn().attribute;
    return mapping.attributes[static_cast<std::size_t>(by)].rule;
}

const char* why_distrusted(const mapping& mapping, const lookup& lookup, const kind& kind)
{
    constexpr const char* any_case = "its values may be stored in any case";
    constexpr const char* as_text = "it compares text, and the column is citext";
    const auto is_loose = [&](const column* c) {
        return c != nullptr && c->type == column_type::citext &&
               lookup.parameter == column_type::text;
    };
    const int named = kind.named_kind(lookup.attribute);
    if (named >= 0) { // a DN says the name in one case of letters
        const auto& target = mapping.kinds[static_cast<std::size_t>(named)];
        const column* name = target.find_column(target.rdn().column);
        if (is_loose(name))
            return as_text;
        return target.rdn().compare == comparison::any && (name == nullptr || is_text(name->type))
                   ? any_case
                   : nullptr;
    }
    const attribute_source* source = kind.source_of(lookup.attribute);
    if (source == nullptr)
        return nullptr;
    if (source->generated_uuid)
        return "entries have values that are made of their names";
    if (source->column.empty())
        return "entries have values by default";
    const column* own = kind.find_column(source->column);
    if (is_loose(own))
        return as_text;
    if (own == nullptr || source->compare != comparison::any)
        return nullptr;
    if (own->type == column_type::uuid || (is_integer(own->type) && is_integer(lookup.parameter)))
        return nullptr;
    if (is_integer(own->type)) // 7.0 and 7 are one number and two texts
        return own->type == column_type::numeric ? "it compares numbers as text" : nullptr;
    if (is_time(own->type))
        return !is_time(lookup.parameter) ? "it compares times as text"
               : own->whole_seconds       ? nullptr
                                    : "its times may have fractions of a second, which no entry "
                                      "shows";
    return any_case;
}

filter settled(const filter& term, const kind& kind)
{
    switch (term.type) {
    case filter::node::object_class:
        return filter::constant_of(kind.all_classes.contains(term.value) ? truth::yes : truth::no);
    case filter::node::entry_name:
        return kind.parent != term.parent || kind.rdn().attribute != term.attribute
                   ? filter::constant_of(truth::no)
                   : term;
    case filter::node::conjunction:
    case filter::node::disjunction:
    case filter::node::negation: {
        filter out{.type = term.type};
        out.parts.reserve(term.parts.size());
        for (const filter& part : term.parts)
            out.parts.push_back(settled(part, kind));
        return out;
    }
    default:
        return term;
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
    const auto is_sql = [](const condition& c) { return c.type == condition::form::sql; };
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

condition condition_compiler::compile(const filter& term, const filter* answered)
{
    condition out = part(term, false, answered, 0);
    return out.odd.empty() ? out : condition::from_sql(out.text(), out.exact);
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
        return kind_.all_classes.contains(term.value) != negated ? condition::always()
                                                                 : condition::never();
    default:
        break;
    }
    if (budget_.exhausted())
        return condition::always(false);
    condition out = leaf(term, negated);
    return out.type != condition::form::sql || budget_.pay(out.text()) ? out
                                                                       : condition::always(false);
}

condition condition_compiler::leaf(const filter& term, bool negated)
{
    switch (term.type) {
    case filter::node::entry_name:
        if (kind_.parent != term.parent || kind_.rdn().attribute != term.attribute)
            return negated ? condition::always() : condition::never();
        return equality(term.attribute, term.value, negated);
    case filter::node::equality: {
        const auto value = asserted(term);
        return value     ? equality(term.attribute, *value, negated)
               : negated ? condition::always()
                         : condition::never();
    }
    case filter::node::substrings:
        return substrings(term.attribute, term.pieces, negated);
    case filter::node::at_least:
    case filter::node::at_most:
        return ordering(term.attribute, term.type == filter::node::at_least, term.value, negated);
    case filter::node::presence:
        return presence(term.attribute, negated);
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
        condition out = terms_ == 1 ? first_ : condition::from_sql("(" + sql_ + ")", exact_);
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
                if (c && c->type == condition::form::sql && !budget_.pay(c->text()))
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

std::optional<column_condition> condition_compiler::column_only(int attribute)
{
    const attribute_source* source = kind_.source_of(attribute);
    const column* c = source != nullptr ? kind_.find_column(source->column) : nullptr;
    if (!kind_.error.empty() || c == nullptr || !source->defaults.empty())
        return std::nullopt;
    return terms_of(*c, *source, rule_of(attribute, source->named_kind), values_);
}

condition condition_compiler::elsewhere(int attribute) const
{
    return !kind_.error.empty() || kind_.source_of(attribute) != nullptr ||
                   kind_.lookup_by(attribute) != nullptr || kind_.values_of(attribute) != nullptr
               ? condition::always(false)
               : condition::never();
}

condition condition_compiler::equality(int attribute, const std::string& value, bool negated)
{
    if (!kind_.error.empty())
        return condition::always(false);
    const attribute_source* source = kind_.source_of(attribute);
    const lookup* lookup = kind_.lookup_by(attribute);
    condition c = condition::never();
    const matching_rule rule = rule_of(attribute);
    const column* own = source != nullptr ? kind_.find_column(source->column) : nullptr;
    const bool bytes = own != nullptr &&
                       (own->type == column_type::bytea || own->type == column_type::bytea_array);
    if (rule != matching_rule::uuid && !bytes && !is_valid_utf8(value)) // which compares bytes
        return negated ? condition::always() : condition::never();
    if (source != nullptr && source->generated_uuid)
        return condition::always(false);
    if (source != nullptr) {
        c = own == nullptr
                ? condition::never()
                : terms_of(*own, *source, rule_of(attribute, source->named_kind), values_)
                      .equals(value);
        c = or_default_matches(std::move(c), *source, {value});
    }
    // Without a column that SQL can compare, the keyed query knows the rows that have the value, or
    // the list of values does.
    if (keyed_query(attribute) != nullptr &&
        (source == nullptr || (c.type == condition::form::always && source->defaults.empty())))
        c = via_lookup(*lookup, value);
    else if (const values_query* list = kind_.values_of(attribute); source == nullptr && list)
        c = via_values_query(*list, {value});
    else if (source == nullptr && lookup != nullptr)
        c = condition::always(false);
    return negated ? negate(c) : c;
}

std::optional<condition> condition_compiler::equals_one_of(const std::vector<filter>& parts,
                                                           const filter& first)
{
    const attribute_source* source = kind_.source_of(first.attribute);
    const column* own = source != nullptr ? kind_.find_column(source->column) : nullptr;
    const values_query* list = kind_.values_of(first.attribute);
    const matching_rule rule =
        first.attribute >= 0 ? rule_of(first.attribute, source != nullptr ? source->named_kind : -1)
                             : matching_rule::other;
    if (!kind_.error.empty() ||
        (first.type == filter::node::entry_name &&
         (first.parent != kind_.parent || first.attribute != kind_.rdn().attribute)) ||
        (own != nullptr ? !terms_of(*own, *source, rule, values_).takes_several()
                        : source != nullptr || list == nullptr))
        return std::nullopt;
    std::vector<std::string> several;
    for (const filter& part : parts) {
        if (!alike(first, part))
            continue;
        if (auto value = asserted(part);
            value && (rule == matching_rule::uuid || is_valid_utf8(*value)))
            several.push_back(std::move(*value));
    }
    // The keyed query is the better way to a few lists' entries.
    if (several.size() < 2 || (own == nullptr && keyed_query(first.attribute) != nullptr &&
                               several.size() <= few_lookups))
        return std::nullopt;
    return own == nullptr
               ? via_values_query(*list, several)
               : or_default_matches(terms_of(*own, *source, rule, values_).equals_any(several),
                                    *source, several);
}

std::optional<condition> condition_compiler::equals_all_of(const std::vector<filter>& parts,
                                                           const filter& first)
{
    const values_query* list = kind_.values_of(first.attribute);
    if (!kind_.error.empty() || first.type != filter::node::equality || list == nullptr ||
        kind_.source_of(first.attribute) != nullptr)
        return std::nullopt;
    std::set<std::string> several;
    for (const filter& one : parts)
        if (alike(first, one)) {
            const auto value = asserted(one);
            if (!value || !is_valid_utf8(*value))
                return condition::never();
            if (may_be_regular(*value)) // the others are left to test_filter
                several.insert(*value);
        }
    const auto by = text_of(*list);
    if (several.size() < 2 || !by ||
        (keyed_query(first.attribute) != nullptr && several.size() <= few_lookups))
        return std::nullopt;
    const condition any =
        case_insensitive_equals_any(by->text, by->rule, {several.begin(), several.end()}, values_);
    const std::string parameter = '$' + std::to_string(values_.values.size());
    const std::string key = postgres::quote_identifier(kind_.rdn().column);
    return condition::from_sql("e." + key + " IN (SELECT v." + key + " FROM (" + list->source_sql +
                                   ") AS v WHERE " + any.text() + " GROUP BY v." + key +
                                   " HAVING " + having_all(by->text, by->rule, parameter) + ")",
                               false);
}

condition condition_compiler::via_lookup(const lookup& lookup, const std::string& value)
{
    const auto asked = lookup_parameter(
        value, rule_of(lookup.attribute, kind_.named_kind(lookup.attribute)), lookup.parameter);
    if (!asked || refuses(refused_, lookup, *asked))
        return condition::never();
    const held known = holds(mapping_.characters.get(), *asked);
    if (known == held::not_held)
        return condition::never();
    if (known == held::unknown)
        return condition::always(false);
    requested_values_.push_back({&lookup, *asked});
    const std::string key = postgres::quote_identifier(kind_.rdn().column);
    return condition::from_sql("e." + key + " IN (SELECT m." + key + " FROM (" +
                                   lookup.query_for(*asked).with_parameter(values_.bind(*asked)) +
                                   ") AS m)",
                               true);
}

std::optional<condition_compiler::listed_text>
condition_compiler::text_of(const values_query& query) const
{
    const matching_rule rule = rule_of(query.attribute, query.named_kind);
    if (query.source_sql.empty() || query.is_bytea ||
        (query.named_kind < 0 && rule != matching_rule::ignore_case &&
         rule != matching_rule::exact_case))
        return std::nullopt;
    listed_text out{
        .column = "v." + postgres::quote_identifier(query.value_column), .text = {}, .rule = rule};
    out.text = printed(out.column, query.own_cast);
    if (!query.deterministic)
        out.text = "(" + out.text + " COLLATE \"C\")";
    return out;
}

condition condition_compiler::via_values_query(const values_query& query,
                                               const std::vector<std::string>& values)
{
    const auto by = text_of(query);
    if (!by)
        return condition::always(false);
    const std::string key = postgres::quote_identifier(kind_.rdn().column);
    const condition any = values.size() == 1
                              ? case_insensitive_equals(by->text, by->rule, values.front(), values_)
                              : case_insensitive_equals_any(by->text, by->rule, values, values_);
    return condition::from_sql("e." + key + " IN (SELECT v." + key + " FROM (" + query.source_sql +
                                   ") AS v WHERE " + any.text() + ")",
                               false);
}

condition condition_compiler::or_default_matches(condition own, const attribute_source& source,
                                                 const std::vector<std::string>& values)
{
    if (source.defaults.empty() || own.type == condition::form::always)
        return own;
    const condition d = default_matches(source, values);
    if (own.type == condition::form::never)
        return d;
    if (d.type != condition::form::sql)
        return own;
    own.sql = "(" + own.sql + " OR " + d.sql + ")";
    own.exact = own.exact && d.exact;
    return own;
}

const lookup* condition_compiler::keyed_query(int attribute) const
{
    const lookup* lookup = kind_.lookup_by(attribute);
    return lookup != nullptr && why_distrusted(mapping_, *lookup, kind_) == nullptr ? lookup
                                                                                    : nullptr;
}

bool condition_compiler::may_be_default(int attribute, const std::string& value)
{
    const attribute_source* source = kind_.source_of(attribute);
    if (source == nullptr || source->defaults.empty())
        return false;
    const std::size_t bound = values_.values.size();
    const bool may = default_equals(*source, {value}).type != condition::form::never;
    values_.values.resize(bound);
    return may;
}

condition condition_compiler::default_matches(const attribute_source& source,
                                              const std::vector<std::string>& values)
{
    const std::size_t bound = values_.values.size();
    condition d = default_equals(source, values);
    if (d.type != condition::form::sql)
        values_.values.resize(bound);
    const column* own = kind_.find_column(source.column);
    if (own == nullptr || d.type == condition::form::never)
        return d;
    const std::string none = is_missing_sql(*own);
    return condition::from_sql(
        d.type == condition::form::sql ? "(" + none + " AND " + d.sql + ")" : none, d.exact);
}

std::vector<branch> condition_compiler::branches(const filter& equality) const
{
    std::vector<branch> out;
    const int attribute = equality.attribute;
    const auto asked = asserted(equality);
    if (!asked)
        return out;
    const std::string& value = *asked;
    const attribute_source* source = kind_.source_of(attribute);
    const column* own = source != nullptr ? kind_.find_column(source->column) : nullptr;
    if (own != nullptr) {
        postgres::statement values;
        out =
            terms_of(*own, *source, rule_of(attribute, source->named_kind), values).branches(value);
        condition_compiler alone(mapping_, kind_, values);
        const condition d =
            source->defaults.empty() ? condition::never() : alone.default_matches(*source, {value});
        if (d.type == condition::form::sql)
            out.push_back(
                {.condition = {d.sql, values.values},
                 .column = reference(own->name),
                 .index = own->type == column_type::text || own->type == column_type::citext
                              ? "((true)) WHERE " + is_missing_sql(*own)
                              : ""});
    } else if (const values_query* list = kind_.values_of(attribute);
               list != nullptr && keyed_query(attribute) == nullptr) {
        if (const auto by = text_of(*list))
            out = case_insensitive_branches(by->text, by->column, by->rule, value);
        for (branch& b : out)
            b.query = list->source_sql;
    }
    return out;
}

condition condition_compiler::default_equals(const attribute_source& source,
                                             const std::vector<std::string>& values)
{
    const matching_rule rule = rule_of(source.attribute);
    if (rule != matching_rule::ignore_case && rule != matching_rule::exact_case)
        return condition::always(false); // 007 and 7, say, are one value and two texts
    const bool ignore_case = rule == matching_rule::ignore_case;
    std::string sql;
    for (const value_template& t : source.defaults) {
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
        for (const std::string_view v : values)
            if (v.size() >= head.size() + tail.size() && same(v.substr(0, head.size()), head) &&
                same(v.substr(v.size() - tail.size()), tail))
                middles.emplace_back(v.substr(head.size(), v.size() - head.size() - tail.size()));
        if (columns == 0)
            std::erase_if(middles, [](const auto& more) { return !more.empty(); });
        // A column cannot have what the database cannot hold, while a default's own text can.
        std::erase_if(middles, [&](const auto& middle) {
            return holds(mapping_.characters.get(), middle) == held::not_held;
        });
        if (middles.empty())
            continue;
        if (columns == 0)
            return condition::always(false); // inexact: an earlier default may have served
        const auto only =
            std::find_if(pieces.begin(), pieces.end(), [](const auto& p) { return p.column; });
        const attribute_source* other = nullptr;
        for (const attribute_source& s : kind_.sources)
            if (const column* c = kind_.find_column(s.column);
                s.column == only->text && c != nullptr && c->type == column_type::text &&
                s.defaults.empty() && s.compare != comparison::any)
                other = &s;
        const bool all_known = std::all_of(middles.begin(), middles.end(), [&](const auto& middle) {
            return holds(mapping_.characters.get(), middle) == held::held;
        });
        if (columns != 1 || only->last_word || other == nullptr || !all_known)
            return condition::always(false);
        sql += (sql.empty() ? "" : " OR ") + reference(other->column) + " = " +
               (middles.size() == 1 ? values_.bind(middles.front())
                                    : "ANY(" + values_.bind(array_literal(middles)) + ")");
    }
    return sql.empty() ? condition::never() : condition::from_sql("(" + sql + ")", false);
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
        c = terms->ordering(at_least, value);
    return negated ? negate(c) : c;
}

condition condition_compiler::presence(int attribute, bool negated)
{
    condition c = elsewhere(attribute);
    const attribute_source* source = kind_.source_of(attribute);
    if (kind_.error.empty() && source != nullptr && (source->required || source->generated_uuid))
        c = condition::always();
    else if (auto terms = column_only(attribute))
        c = terms->present();
    return negated ? negate(c) : c;
}

} // namespace pgsql::directory
