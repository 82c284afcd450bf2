// column_condition.cpp: turns what a filter's term asserts of one column into an SQL condition.
#include "query/column_condition.hpp"

#include <algorithm>

namespace pgsql::directory {
namespace {

// What of a text is compared with the value. lower() of the C collation changes ASCII letters only;
// a Turkish one would make another letter of I.
std::string regular(const std::string& text, matching_rule rule)
{
    return rule == matching_rule::ignore_case ? "lower(" + text + " COLLATE \"C\")" : text;
}

} // namespace

bool may_be_regular(std::string_view value)
{
    return std::all_of(value.begin(), value.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

namespace {

std::vector<std::string> regular_ones(const std::vector<std::string>& values)
{
    std::vector<std::string> out;
    std::copy_if(values.begin(), values.end(), std::back_inserter(out), may_be_regular);
    return out;
}

} // namespace

std::string condition::text() const
{
    std::string out = sql;
    for (const std::string& one : irregular_terms)
        out += " OR " + one;
    return irregular_terms.empty() ? out : "(" + out + ")";
}

condition case_insensitive_equals(const std::string& text, matching_rule rule,
                                  const std::string& value, postgres::statement& values)
{
    if (!may_be_regular(value))
        return condition::from_sql("(" + text + irregular + ")", false);
    return condition::superset(regular(text, rule) + " = " + values.bind(value), text + irregular);
}

condition case_insensitive_equals_any(const std::string& text, matching_rule rule,
                                      const std::vector<std::string>& alternatives,
                                      postgres::statement& values)
{
    const auto asserted = regular_ones(alternatives);
    if (asserted.empty())
        return condition::from_sql("(" + text + irregular + ")", false);
    return condition::superset(regular(text, rule) + " = ANY(" +
                                   values.bind(array_literal(asserted)) + ")",
                               text + irregular);
}

std::string having_all(const std::string& text, matching_rule rule, const std::string& several)
{
    return "count(DISTINCT " + regular(text, rule) + ") >= cardinality(" + several +
           "::text[]) OR bool_or(" + text + irregular + ")";
}

std::vector<branch> case_insensitive_branches(const std::string& text, const std::string& column,
                                              matching_rule rule, const std::string& value)
{
    std::vector<branch> out;
    if (may_be_regular(value))
        out.push_back(
            {.condition = {regular(text, rule) + " = $1", {value}},
             .column = column,
             .index = "(" +
                      (rule == matching_rule::ignore_case || text == column || text.front() == '('
                           ? regular(text, rule)
                           : "(" + text + ")") +
                      ")"});
    out.push_back({.condition = {text + irregular, {}},
                   .column = column,
                   .index = "((true)) WHERE " + text + irregular});
    return out;
}

column_condition::column_condition(const column& column, const attribute_source& source,
                                   matching_rule rule, postgres::statement& values,
                                   const character_set* characters)
    : column_(column), source_(source), rule_(rule), values_(values), characters_(characters),
      name_(reference(column)), text_(name_)
{
    if (column.type != column_type::text)
        text_ = printed(column.type == column_type::numeric ? select_expression(column) : name_,
                        column.own_cast);
    if (!column.deterministic)
        text_ = "(" + text_ + " COLLATE \"C\")";
}

bool column_condition::is_text_rule() const
{
    return rule_ == matching_rule::ignore_case || rule_ == matching_rule::exact_case;
}

condition column_condition::equals(const std::string& value)
{
    if (!source_.named_kind) {
        if (rule_ == matching_rule::time)
            return is_time(column_.type) ? time_equals(value) : condition::always(false);
        if (rule_ == matching_rule::uuid) {
            const auto text = uuid_text(value);
            if (!text)
                return condition::never();
            if (column_.type == column_type::uuid)
                return condition::from_sql(name_ + " = " + values_.bind(*text), true);
            return column_.type == column_type::text
                       ? condition::from_sql("lower(" + text_ + ") = " + values_.bind(*text), false)
                       : condition::always(false);
        }
        if (rule_ == matching_rule::integer) {
            if (!is_integer(column_.type))
                return condition::always(false);
            const auto number = integer_parameter(value, column_.type);
            return number ? condition::from_sql(name_ + " = " + values_.bind(*number), true)
                          : condition::never();
        }
        if (rule_ == matching_rule::boolean)
            return column_.type != column_type::boolean ? condition::always(false)
                   : value == "TRUE"                    ? condition::from_sql(name_, true)
                                                        : condition::from_sql("NOT " + name_, true);
        if (!is_text_rule())
            return condition::always(false);
    }
    return is_valid_utf8(value) ? text_equals(value) : condition::never();
}

condition column_condition::stored(const std::string& value)
{
    switch (holds(characters_, value)) {
    case held::not_held:
        return condition::never();
    case held::unknown:
        return condition::always(false);
    case held::held:
        break;
    }
    switch (column_.type) {
    case column_type::text:
        return condition::from_sql(name_ + " = " + values_.bind(value), column_.deterministic);
    case column_type::citext:
        return condition::from_sql(name_ + " = " + values_.bind(value), false);
    case column_type::other:
        return condition::from_sql(text_ + " = " + values_.bind(value), column_.deterministic);
    default:
        return condition::from_sql(values_.bind(value) + " = ANY(" + list() + ")",
                                   column_.deterministic);
    }
}

// As they are shown: a cast of the array would cast each value (10.0.0.1 to 10.0.0.1/32).
std::string column_condition::list() const
{
    return "(" + select_expression(column_) +
           (column_.type == column_type::array ? ")::text" : ")") + "::text[]";
}

condition column_condition::text_equals(const std::string& value)
{
    const bool as_stored = source_.compare != comparison::any;
    switch (column_.type) {
    case column_type::text:
    case column_type::other:
        if (as_stored)
            return stored(value);
        break;
    case column_type::citext: // an index of the column itself serves
        if (as_stored)
            return stored(value);
        return may_be_regular(value)
                   ? condition::superset(name_ + " = " + values_.bind(value), text_ + irregular)
                   : condition::from_sql("(" + text_ + irregular + ")", false);
    case column_type::int2:
    case column_type::int4:
    case column_type::int8: { // shown as PostgreSQL writes it, so only that text equals it
        const auto number = integer_parameter(value, column_.type);
        return number && *number == value
                   ? condition::from_sql(name_ + " = " + values_.bind(value), true)
                   : condition::never();
    }
    case column_type::uuid:
        return is_uuid(value) ? condition::from_sql(name_ + " = " + values_.bind(value), true)
                              : condition::never();
    case column_type::array:
    case column_type::json:
    case column_type::jsonb:
        if (as_stored)
            return stored(value);
        return condition::from_sql(
            "EXISTS (SELECT 1 FROM unnest(" + list() + ") AS v(t) WHERE " +
                case_insensitive_equals("v.t", rule_, value, values_).text() + ")",
            false);
    default:
        return condition::always(false);
    }
    return case_insensitive_equals(text_, rule_, value, values_);
}

std::vector<branch> column_condition::branches(const std::string& value) const
{
    branch whole{.column = name_};
    const condition is =
        column_condition(column_, source_, rule_, whole.condition, characters_).equals(value);
    if (is.type != condition::form::sql || !column_.instead.empty()) // which no index is on
        return {};
    const bool any = is_text_rule() && !source_.named_kind && source_.compare == comparison::any;
    if (any && column_.type == column_type::text)
        return case_insensitive_branches(text_, name_, rule_, value);
    if (any && column_.type == column_type::citext) {
        auto out = case_insensitive_branches(text_, name_, matching_rule::exact_case, value);
        if (may_be_regular(value))
            out.front() = {{name_ + " = $1", {value}}, name_, "(" + name_ + ")"};
        return out;
    }
    // An index is on what never changes, which the text of other types need not be.
    whole.condition.text = is.text();
    if (rule_ == matching_rule::uuid && column_.type == column_type::text)
        whole.index = "(lower(" + text_ + "))";
    else if (traits_of(column_.type).indexed)
        whole.index = "(" + name_ + ")";
    return {whole};
}

bool column_condition::takes_several() const
{
    if (source_.named_kind)
        return column_.type == column_type::text;
    const bool text = column_.type == column_type::text || column_.type == column_type::citext;
    return (rule_ == matching_rule::integer && is_integer(column_.type) &&
            column_.type != column_type::numeric) ||
           (rule_ == matching_rule::uuid && column_.type == column_type::uuid) ||
           (is_text_rule() && (text || column_.type == column_type::uuid));
}

condition column_condition::equals_any(const std::vector<std::string>& values)
{
    std::vector<std::string> asserted;
    for (const auto& value : values)
        if (auto parameter = parameter_of(value))
            asserted.push_back(std::move(*parameter));
    if (asserted.empty())
        return condition::never();
    const bool any_spelling =
        source_.compare == comparison::any &&
        (column_.type == column_type::text || column_.type == column_type::citext);
    if (any_spelling && column_.type == column_type::text)
        return case_insensitive_equals_any(text_, rule_, asserted, values_);
    if (any_spelling) {
        asserted = regular_ones(asserted);
        if (asserted.empty())
            return condition::from_sql("(" + text_ + irregular + ")", false);
    } else {
        bool unknown = false;
        std::erase_if(asserted, [&](const std::string& value) {
            const held known = holds(characters_, value);
            unknown = unknown || known == held::unknown;
            return known == held::not_held;
        });
        if (unknown)
            return condition::always(false);
        if (asserted.empty())
            return condition::never();
    }
    const std::string any = name_ + " = ANY(" + values_.bind(array_literal(asserted)) + ")";
    if (column_.type != column_type::citext)
        return condition::from_sql(any, column_.type != column_type::text || column_.deterministic);
    return any_spelling ? condition::superset(any, text_ + irregular)
                        : condition::from_sql(any, false);
}

std::optional<std::string> column_condition::parameter_of(const std::string& value) const
{
    if (!source_.named_kind && rule_ == matching_rule::integer)
        return integer_parameter(value, column_.type);
    if (!source_.named_kind && rule_ == matching_rule::uuid)
        return uuid_text(value);
    if (column_.type == column_type::uuid ? is_uuid(value) : is_valid_utf8(value))
        return value;
    return std::nullopt;
}

condition column_condition::contains(const std::vector<std::string>& pieces)
{
    if (!is_text_rule() || source_.named_kind || is_list(column_.type) ||
        column_.type == column_type::bytea || column_.type == column_type::boolean ||
        is_time(column_.type))
        return condition::always(false);
    std::string pattern;
    for (std::size_t i = 0; i < pieces.size(); ++i) {
        // Spaces at the ends of a piece may stand for none (RFC 4518 §2.6.1), and other text is
        // folded by slapd's rules.
        if (!is_plain_ascii(pieces[i]))
            return condition::always(false);
        pattern += i == 0 ? "" : "%";
        for (const char letter : pieces[i]) {
            if (letter == '%' || letter == '_' || letter == '\\')
                pattern += '\\';
            pattern += letter;
        }
    }
    // A value that breaks the attribute's syntax is left out; one that an entry needs, with the
    // entry.
    if (source_.compare != comparison::any && column_.type == column_type::text)
        return condition::from_sql(text_ + " LIKE " + values_.bind(pattern), source_.required);
    return condition::superset(regular(text_, rule_) + " LIKE " + values_.bind(pattern),
                               text_ + irregular);
}

condition column_condition::ordering(bool at_least, const std::string& value)
{
    if (source_.named_kind)
        return condition::always(false);
    if (rule_ == matching_rule::time && is_time(column_.type))
        return time_compares(at_least, value);
    if (rule_ != matching_rule::integer || !is_integer(column_.type))
        return condition::always(false);
    const auto digits = digits_of(value);
    if (!digits)
        return condition::always(false);
    // A numeric that is no integer is left out of the entry.
    const bool exact = column_.type != column_type::numeric;
    if (fits(*digits, column_.type))
        return condition::from_sql(name_ + (at_least ? " >= " : " <= ") + values_.bind(*digits),
                                   exact);
    // Beyond the column's range every number lies on one side of it.
    const bool below_all = digits->starts_with('-');
    return below_all == at_least && exact ? condition::from_sql(name_ + " IS NOT NULL", true)
           : !exact                       ? condition::always(false)
                                          : condition::never();
}

// The entry shows whole seconds, the column may know more.
condition column_condition::time_equals(const std::string& value)
{
    const auto when = moment_of(value);
    if (!when)
        return condition::always(false);
    if (when->fraction || when->leap)
        return condition::never();
    const std::string from = values_.bind(when->second);
    return condition::from_sql("(" + name_ + " >= " + from + "::timestamptz AND " + name_ + " < " +
                                   from + "::timestamptz + interval '1 second')",
                               true);
}

condition column_condition::time_compares(bool at_least, const std::string& value)
{
    const auto when = moment_of(value);
    if (!when)
        return condition::always(false);
    const std::string bound = values_.bind(when->second) + "::timestamptz";
    return condition::from_sql(at_least ? "(" + name_ + " >= " + bound + " AND " + name_ + " < " +
                                              end_of_time + ")"
                                        : "(" + name_ + " >= " + first_time + " AND " + name_ +
                                              " < " + bound + " + interval '1 second')",
                               !when->fraction && !when->leap);
}

condition column_condition::present() const
{
    // A value that breaks the attribute's syntax is left out, which SQL cannot see, and so is an
    // empty text.
    const bool exact = rule_ == matching_rule::integer && is_integer(column_.type) &&
                       column_.type != column_type::numeric;
    return condition::from_sql(name_ + " IS NOT NULL", exact);
}

} // namespace pgsql::directory
