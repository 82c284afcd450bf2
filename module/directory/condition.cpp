// condition.cpp: turns an LDAP filter into an SQL condition that admits every matching row of a
// kind, and maybe more.
#include "condition.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>

namespace pgsql::directory {
namespace {

// A statement has to be planned, which PostgreSQL neither bounds nor interrupts: terms beyond these
// numbers are left to test_filter. Equalities of one column are one array and count once; a term on
// members is a query of its own.
constexpr std::size_t most_parameters = 1000;
constexpr int most_memberships = 16;
constexpr int deepest = 100;

// Values that lower() and = cannot be trusted with: superfluous blanks, and anything but ASCII,
// where PostgreSQL's idea of case and slapd's (RFC 4518) may differ. A partial index WHERE this
// holds makes it cheap.
constexpr const char* irregular = " ~ '^ |  | $|[^ -~]'";

std::string reference(const std::string& column)
{
    return "e." + postgres::quote_identifier(column);
}

condition negate(condition of)
{
    // The negation of "these rows and maybe more" is not known to admit every row that it must.
    if (!of.exact)
        return condition::always(false);
    if (of.what == condition::type::never)
        return condition::always();
    if (of.what == condition::type::always)
        return condition::never();
    return condition::of("(" + of.sql + ") IS NOT TRUE",
                         true); // NULL: the attribute is absent, so the leaf is false
}

// An integer's digits without sign and leading zeros (007 = 7), or nothing when it is no integer.
bool parse_integer(const std::string& text, std::int64_t& value, bool& too_large)
{
    std::size_t at = !text.empty() && text[0] == '-' ? 1 : 0;
    const bool negative = at == 1;
    if (at == text.size())
        return false;
    value = 0;
    too_large = false;
    for (; at < text.size(); ++at) {
        if (text[at] < '0' || text[at] > '9')
            return false;
        if (!too_large && (__builtin_mul_overflow(value, std::int64_t{10}, &value) ||
                           __builtin_sub_overflow(value, std::int64_t{text[at] - '0'}, &value)))
            too_large = true;
    }
    // Collected as a negative number, whose range is the larger one.
    if (!too_large && !negative && __builtin_sub_overflow(std::int64_t{0}, value, &value))
        too_large = true;
    return true;
}

bool fits(std::int64_t value, column_type type)
{
    switch (type) {
    case column_type::int2:
        return value >= std::numeric_limits<std::int16_t>::min() &&
               value <= std::numeric_limits<std::int16_t>::max();
    case column_type::int4:
        return value >= std::numeric_limits<std::int32_t>::min() &&
               value <= std::numeric_limits<std::int32_t>::max();
    default:
        return true;
    }
}

bool is_integer(column_type type)
{
    return type == column_type::int2 || type == column_type::int4 || type == column_type::int8;
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// Literal text that slapd's normalisation leaves alone but for the case of its letters.
bool simple(std::string_view text)
{
    return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c <= '~'; });
}

bool equal_without_case(std::string_view a, std::string_view b)
{
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](char x, char y) { return lower(x) == lower(y); });
}

} // namespace

std::optional<std::string> integer_parameter(const std::string& assertion, column_type type)
{
    std::int64_t number = 0;
    bool too_large = false;
    if (!parse_integer(assertion, number, too_large) || too_large || !fits(number, type))
        return std::nullopt;
    return std::to_string(number);
}

bool storable(std::string_view value)
{
    // RFC 3629: no NUL for us, no overlong forms, no surrogates, nothing above U+10FFFF. slapd is
    // more lenient.
    for (std::size_t i = 0; i < value.size();) {
        const auto byte = [&](std::size_t at) -> unsigned {
            return at < value.size() ? static_cast<unsigned char>(value[at]) : 0;
        };
        const unsigned lead = byte(i);
        const std::size_t length = lead < 0x80   ? 1
                                   : lead < 0xc2 ? 0
                                   : lead < 0xe0 ? 2
                                   : lead < 0xf0 ? 3
                                   : lead < 0xf5 ? 4
                                                 : 0;
        if (lead == 0 || length == 0)
            return false;
        for (std::size_t j = 1; j < length; ++j)
            if ((byte(i + j) & 0xc0) != 0x80)
                return false;
        const unsigned second = byte(i + 1);
        if ((lead == 0xe0 && second < 0xa0) || (lead == 0xed && second > 0x9f) ||
            (lead == 0xf0 && second < 0x90) || (lead == 0xf4 && second > 0x8f))
            return false;
        i += length;
    }
    return true;
}

std::string array_literal(const std::vector<std::string>& values)
{
    std::string out = "{";
    for (const auto& value : values) {
        if (out.size() > 1)
            out += ',';
        out += '"';
        for (const char c : value) {
            if (c == '"' || c == '\\')
                out += '\\';
            out += c;
        }
        out += '"';
    }
    return out + "}";
}

bool trusted(const lookup& by, const kind& of)
{
    const source* column = of.source_of(by.attribute);
    return column == nullptr || column->column.empty() || column->compare != comparison::any;
}

condition condition_compiler::compile(const filter& what, bool negated, const filter* answered,
                                      int depth)
{
    const std::size_t bound = values_.values.size();
    condition out = term(what, negated, answered, depth);
    if (out.what != condition::type::sql)
        values_.values.resize(bound); // PostgreSQL refuses parameters that no term uses
    return out;
}

condition condition_compiler::term(const filter& what, bool negated, const filter* answered,
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
        return compile(what.parts.front(), !negated, answered, depth + 1);
    case filter::type::constant:
        return what.constant == (negated ? truth::no : truth::yes) ? condition::always()
                                                                   : condition::never();
    case filter::type::object_class:
        return kind_.all_classes.contains(what.value) != negated ? condition::always()
                                                                 : condition::never();
    case filter::type::equality:
        return equality(what.attribute, what.value, negated);
    case filter::type::substrings:
        return substrings(what.attribute, what.pieces, negated);
    case filter::type::at_least:
    case filter::type::at_most:
        return ordering(what.attribute, what.what == filter::type::at_least, what.value, negated);
    case filter::type::presence:
        return presence(what.attribute, negated);
    case filter::type::opaque:
        break;
    }
    return condition::always(false);
}

condition condition_compiler::combine(const filter& what, bool conjunction, bool negated,
                                      const filter* answered, int depth)
{
    std::string sql;
    bool exact = true;
    int terms = 0;
    const auto add = [&](const std::string& term) {
        sql += (terms++ == 0 ? "" : conjunction ? " AND " : " OR ") + term;
    };
    std::vector<int> listed; // attributes whose equalities have become one = ANY(array)
    for (const filter& part : what.parts) {
        condition c;
        if (!conjunction && !negated && part.what == filter::type::equality) {
            if (std::find(listed.begin(), listed.end(), part.attribute) != listed.end())
                continue;
            if (const auto values = plain_equalities(what, part.attribute); values.size() > 1) {
                listed.push_back(part.attribute);
                const source& from = *kind_.source_of(part.attribute);
                const std::string column = reference(from.column);
                const std::string array = " = ANY(" + values_.bind(array_literal(values)) + ")";
                const match rule = all_.attributes[static_cast<std::size_t>(part.attribute)].rule;
                if (plain(from) || rule == match::integer) {
                    add(column + array);
                } else {
                    add((rule == match::ignore_case ? "lower(" + column + " COLLATE \"C\")"
                                                    : column) +
                        array + " OR " + column + irregular);
                    exact = false;
                }
                continue;
            }
        }
        c = compile(part, negated, answered, depth + 1);
        exact = exact && c.exact;
        if (c.what == condition::type::sql) {
            add(c.sql);
        } else if ((c.what == condition::type::never) == conjunction) {
            // False AND x, True OR x: nothing else matters, not even what is inexact (a superset
            // stays one)
            if (conjunction)
                return condition::never();
            return condition::always(c.exact);
        }
    }
    if (terms == 0)
        return conjunction ? condition::always(exact) : condition::never();
    if (terms == 1)
        return condition::of(std::move(sql), exact);
    return condition::of("(" + sql + ")", exact);
}

bool condition_compiler::plain(const source& from) const
{
    const column* c = kind_.find_column(from.column);
    return c != nullptr && from.defaults.empty() && c->type == column_type::text &&
           from.compare != comparison::any &&
           (all_.attributes[static_cast<std::size_t>(from.attribute)].rule == match::ignore_case ||
            all_.attributes[static_cast<std::size_t>(from.attribute)].rule == match::exact_case);
}

std::vector<std::string> condition_compiler::plain_equalities(const filter& what,
                                                              int attribute) const
{
    std::vector<std::string> values;
    const source* from = kind_.source_of(attribute);
    const column* c =
        from != nullptr && kind_.problem.empty() ? kind_.find_column(from->column) : nullptr;
    if (c == nullptr || !from->defaults.empty() || from->names_of >= 0)
        return values;
    const match rule = all_.attributes[static_cast<std::size_t>(attribute)].rule;
    const bool text =
        c->type == column_type::text && (rule == match::ignore_case || rule == match::exact_case);
    if (!text && !(rule == match::integer && is_integer(c->type)))
        return values;
    for (const filter& part : what.parts) {
        if (part.what != filter::type::equality || part.attribute != attribute ||
            !storable(part.value))
            continue;
        if (text)
            values.push_back(part.value);
        else if (auto number = integer_parameter(part.value, c->type))
            values.push_back(std::move(*number));
    }
    return values;
}

condition condition_compiler::equality(int attribute, const std::string& value, bool negated)
{
    if (!kind_.problem.empty())
        return condition::always(false);
    const source* from = kind_.source_of(attribute);
    const lookup* by = kind_.lookup_by(attribute);
    condition c = condition::never();
    if (!storable(value))
        return negated ? condition::always() : condition::never();
    if (values_.values.size() >= most_parameters)
        return condition::always(false);
    if (from != nullptr) {
        c = from->column.empty() ? condition::never() : column_equals(*from, value);
        if (!from->defaults.empty() && c.what != condition::type::always) {
            const std::size_t bound = values_.values.size();
            condition d = default_equals(*from, value);
            if (d.what != condition::type::sql)
                values_.values.resize(bound);
            if (!from->column.empty() && d.what != condition::type::never) {
                const std::string column = reference(from->column);
                const column_type type = kind_.find_column(from->column)->type;
                std::string absent = column + " IS NULL";
                if (type == column_type::text)
                    absent = "(" + absent + " OR " + column + " = '')";
                d = condition::of(
                    d.what == condition::type::sql ? "(" + absent + " AND " + d.sql + ")" : absent,
                    d.exact);
            }
            if (c.what == condition::type::never)
                c = d;
            else if (d.what == condition::type::sql)
                c = condition::of("(" + c.sql + " OR " + d.sql + ")", c.exact && d.exact);
        }
    }
    if (from == nullptr || from->column.empty() || c.what == condition::type::always) {
        // Known only through the keyed query, whose rows are the rows that have the value, or
        // through the list of values.
        if (by != nullptr)
            c = membership(*by, value);
        else if (const values_query* list = kind_.values_of(attribute))
            c = listed(*list, value);
    }
    return negated ? negate(std::move(c)) : c;
}

condition condition_compiler::membership(const lookup& by, const std::string& value)
{
    if (++memberships_ > most_memberships)
        return condition::always(false);
    const std::string key = postgres::quote_identifier(kind_.rdn().column);
    return condition::of("e." + key + " IN (SELECT m." + key + " FROM (" +
                             by.query.with_parameter(values_.bind(value)) + ") AS m)",
                         true);
}

condition condition_compiler::listed(const values_query& in, const std::string& value)
{
    if (in.names_of >= 0 && !in.listing.empty()) {
        const attribute& named = all_.attributes[static_cast<std::size_t>(
            all_.kinds[static_cast<std::size_t>(in.names_of)].rdn().attribute)];
        const std::string key = postgres::quote_identifier(kind_.rdn().column);
        return condition::of(
            "e." + key + " IN (SELECT v." + key + " FROM (" + in.listing + ") AS v WHERE " +
                any_case("v." + postgres::quote_identifier(in.value), named.rule, value) + ")",
            false);
    }
    const match rule = all_.attributes[static_cast<std::size_t>(in.attribute)].rule;
    if (in.listing.empty() || (rule != match::ignore_case && rule != match::exact_case))
        return condition::always(false);
    const std::string key = postgres::quote_identifier(kind_.rdn().column);
    return condition::of(
        "e." + key + " IN (SELECT v." + key + " FROM (" + in.listing + ") AS v WHERE " +
            any_case("v." + postgres::quote_identifier(in.value) + "::text", rule, value) + ")",
        false);
}

condition condition_compiler::column_equals(const source& from, const std::string& value)
{
    const column* c = kind_.find_column(from.column);
    const match rule = all_.attributes[static_cast<std::size_t>(from.attribute)].rule;
    if (c == nullptr)
        return condition::always(false);
    if (from.names_of >= 0) // the assertion is the name
        return c->type == column_type::text
                   ? condition::of(reference(from.column) + " = " + values_.bind(value), true)
                   : condition::always(false);
    if (rule == match::integer && is_integer(c->type)) {
        const auto number = integer_parameter(value, c->type);
        return number ? condition::of(reference(from.column) + " = " + values_.bind(*number), true)
                      : condition::never();
    }
    if (c->type != column_type::text || (rule != match::ignore_case && rule != match::exact_case))
        return condition::always(false);
    const std::string column = reference(from.column);
    if (from.compare != comparison::any)
        return condition::of(column + " = " + values_.bind(value), true);
    return condition::of(any_case(column, rule, value), false);
}

std::string condition_compiler::any_case(const std::string& text, match rule,
                                         const std::string& value)
{
    // lower() of the C collation changes ASCII letters only; a Turkish one would make another
    // letter of I.
    const std::string regular =
        rule == match::ignore_case ? "lower(" + text + " COLLATE \"C\")" : text;
    return "(" + regular + " = " + values_.bind(value) + " OR " + text + irregular + ")";
}

condition condition_compiler::default_equals(const source& from, const std::string& value)
{
    const bool ignore_case =
        all_.attributes[static_cast<std::size_t>(from.attribute)].rule == match::ignore_case;
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
        if (!simple(head) || !simple(tail))
            return condition::always(false);
        if (columns == 0) {
            if (same(head, value))
                return condition::always(false); // inexact: an earlier default may have served
            continue;
        }
        const std::string_view v = value;
        if (v.size() < head.size() + tail.size() || !same(v.substr(0, head.size()), head) ||
            !same(v.substr(v.size() - tail.size()), tail))
            continue; // no value of this default begins and ends so
        const auto only =
            std::find_if(pieces.begin(), pieces.end(), [](const auto& p) { return p.column; });
        const source* other = nullptr;
        for (const source& s : kind_.sources)
            if (s.column == only->text && plain(s))
                other = &s;
        if (columns != 1 || only->last_word || other == nullptr)
            return condition::always(false);
        const auto middle = v.substr(head.size(), v.size() - head.size() - tail.size());
        sql += (sql.empty() ? "" : " OR ") + reference(other->column) + " = " +
               values_.bind(std::string(middle));
    }
    return sql.empty() ? condition::never() : condition::of("(" + sql + ")", false);
}

condition condition_compiler::substrings(int attribute, const std::vector<std::string>& pieces,
                                         bool negated)
{
    const source* from = kind_.source_of(attribute);
    if (!kind_.problem.empty() || values_.values.size() >= most_parameters)
        return condition::always(false);
    if (from == nullptr) // unless a query of values knows more
        return kind_.lookup_by(attribute) != nullptr || kind_.values_of(attribute) != nullptr
                   ? condition::always(false)
               : negated ? condition::always()
                         : condition::never();
    const column* c = kind_.find_column(from->column);
    const match rule = all_.attributes[static_cast<std::size_t>(attribute)].rule;
    if (c == nullptr || c->type != column_type::text || !from->defaults.empty() ||
        from->names_of >= 0 || (rule != match::ignore_case && rule != match::exact_case))
        return condition::always(false);
    std::string pattern;
    for (std::size_t i = 0; i < pieces.size(); ++i) {
        // Blanks at the ends of a piece may stand for none (RFC 4518 §2.6.1), and other text is
        // folded by slapd's rules.
        if (!simple(pieces[i]))
            return condition::always(false);
        pattern += i == 0 ? "" : "%";
        for (const char letter : pieces[i]) {
            if (letter == '%' || letter == '_' || letter == '\\')
                pattern += '\\';
            pattern += letter;
        }
    }
    const std::string name = reference(from->column);
    if (from->compare != comparison::any) {
        const condition like = condition::of(name + " LIKE " + values_.bind(pattern), true);
        return negated ? negate(like) : like;
    }
    if (negated)
        return condition::always(false);
    const std::string regular =
        rule == match::ignore_case ? "lower(" + name + " COLLATE \"C\")" : name;
    return condition::of(
        "(" + regular + " LIKE " + values_.bind(pattern) + " OR " + name + irregular + ")", false);
}

condition condition_compiler::ordering(int attribute, bool at_least, const std::string& value,
                                       bool negated)
{
    const source* from = kind_.source_of(attribute);
    const column* c = from != nullptr ? kind_.find_column(from->column) : nullptr;
    if (!kind_.problem.empty() || c == nullptr || !is_integer(c->type) || !from->defaults.empty() ||
        all_.attributes[static_cast<std::size_t>(attribute)].rule != match::integer ||
        values_.values.size() >= most_parameters)
        return condition::always(false);
    std::int64_t number = 0;
    bool too_large = false;
    if (!parse_integer(value, number, too_large))
        return condition::always(false);
    const std::string name = reference(from->column);
    condition out;
    if (!too_large && fits(number, c->type)) {
        out = condition::of(
            name + (at_least ? " >= " : " <= ") + values_.bind(std::to_string(number)), true);
    } else {
        // Beyond the column's range every number lies on one side of it.
        const bool below_all = !value.empty() && value[0] == '-';
        out =
            below_all == at_least ? condition::of(name + " IS NOT NULL", true) : condition::never();
    }
    return negated ? negate(std::move(out)) : out;
}

condition condition_compiler::presence(int attribute, bool negated) const
{
    if (!kind_.problem.empty())
        return condition::always(false);
    const source* from = kind_.source_of(attribute);
    if (from == nullptr)
        return kind_.lookup_by(attribute) != nullptr || kind_.values_of(attribute) != nullptr
                   ? condition::always(false)
               : negated ? condition::always()
                         : condition::never();
    if (from->required)
        return negated ? condition::never() : condition::always();
    if (!from->defaults.empty() || from->column.empty())
        return condition::always(false);
    const column* c = kind_.find_column(from->column);
    if (c == nullptr)
        return condition::always(false);
    // A value that breaks the attribute's syntax is left out, which SQL cannot see: only integers
    // are exact.
    condition there = condition::of(reference(from->column) + " IS NOT NULL", is_integer(c->type));
    return negated ? negate(std::move(there)) : there;
}

} // namespace pgsql::directory
