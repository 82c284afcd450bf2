// column_condition.cpp: turns what a filter's term asserts of one column into an SQL condition.
#include "query/column_condition.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <limits>

namespace pgsql::directory {
namespace {

// What of a text is compared with the value. lower() of the C collation changes ASCII letters only;
// a Turkish one would make another letter of I.
std::string regular(const std::string& text, matching_rule rule)
{
    return rule == matching_rule::ignore_case ? "lower(" + text + " COLLATE \"C\")" : text;
}

constexpr const char* first_time = "'0001-01-01 00:00:00'";
constexpr const char* end_of_time = "'10000-01-01 00:00:00'";

// An integer without the zeros that add nothing (007 = 7, -0 = 0); nothing when it is none.
std::optional<std::string> digits_of(const std::string& text)
{
    const bool negative = text.starts_with('-');
    const auto first = text.begin() + (negative ? 1 : 0);
    if (first == text.end() ||
        !std::all_of(first, text.end(), [](char c) { return c >= '0' && c <= '9'; }))
        return std::nullopt;
    const auto begin = std::find_if(first, text.end() - 1, [](char c) { return c != '0'; });
    std::string out(begin, text.end());
    return negative && out != "0" ? "-" + out : out;
}

bool fits(const std::string& digits, column_type type)
{
    if (type == column_type::numeric)
        return digits.size() < 1000; // of the 131072 digits that numeric can have
    std::int64_t value = 0;
    std::size_t at = digits.starts_with('-') ? 1 : 0;
    const bool negative = at == 1;
    for (; at < digits.size(); ++at) { // collected as a negative number, whose range is the larger
        if (__builtin_mul_overflow(value, std::int64_t{10}, &value) ||
            __builtin_sub_overflow(value, std::int64_t{digits[at] - '0'}, &value))
            return false;
    }
    if (!negative && __builtin_sub_overflow(std::int64_t{0}, value, &value))
        return false;
    const auto within = [&]<typename T>(T) {
        return value >= std::numeric_limits<T>::min() && value <= std::numeric_limits<T>::max();
    };
    return type == column_type::int2   ? within(std::int16_t{})
           : type == column_type::int4 ? within(std::int32_t{})
                                       : true;
}

// The 16 bytes that slapd's uuidMatch compares, as PostgreSQL writes them.
std::optional<std::string> uuid_text(std::string_view bytes)
{
    if (bytes.size() != 16)
        return std::nullopt;
    std::string out;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        constexpr const char* digit = "0123456789abcdef";
        if (i == 4 || i == 6 || i == 8 || i == 10)
            out += '-';
        out += digit[static_cast<unsigned char>(bytes[i]) >> 4];
        out += digit[static_cast<unsigned char>(bytes[i]) & 15];
    }
    return out;
}

bool is_uuid(std::string_view text)
{
    if (text.size() != 36)
        return false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (dash ? c != '-' : !((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')))
            return false;
    }
    return true;
}

struct moment {
    std::string second;    ///< as PostgreSQL reads it, in UTC
    bool fraction = false; ///< and a part of a second
    bool leap = false;     ///< second 60, which PostgreSQL takes for the next minute
};

// A GeneralizedTime as slapd normalises it: YYYYMMDDHHMMSS[.f]Z (RFC 4517 §3.3.13). Nothing for
// what PostgreSQL has no time for, such as the year 0.
std::optional<moment> moment_of(const std::string& text)
{
    if (text.size() < 15 || text.back() != 'Z' ||
        !std::all_of(text.begin(), text.begin() + 14, [](char c) { return c >= '0' && c <= '9'; }))
        return std::nullopt;
    const auto number = [&](std::size_t from, std::size_t count) {
        return std::stoi(text.substr(from, count));
    };
    using namespace std::chrono;
    const year_month_day day(year(number(0, 4)), month(static_cast<unsigned>(number(4, 2))),
                             std::chrono::day(static_cast<unsigned>(number(6, 2))));
    if (!day.ok() || number(0, 4) == 0 || number(8, 2) > 23 || number(10, 2) > 59 ||
        number(12, 2) > 60)
        return std::nullopt;
    moment out;
    out.second = text.substr(0, 4) + '-' + text.substr(4, 2) + '-' + text.substr(6, 2) + ' ' +
                 text.substr(8, 2) + ':' + text.substr(10, 2) + ':' + text.substr(12, 2);
    out.fraction = text.size() > 15;
    out.leap = number(12, 2) == 60;
    return out;
}

// A second as the parameter of a query; nothing for what no time of the type equals.
std::optional<std::string> time_parameter(const std::string& assertion, column_type type)
{
    const auto when = moment_of(assertion);
    if (!when || when->fraction || when->leap)
        return std::nullopt;
    if (type == column_type::timestamptz)
        return when->second + "+00";
    if (type != column_type::date)
        return when->second;
    constexpr std::string_view midnight = " 00:00:00";
    if (!when->second.ends_with(midnight))
        return std::nullopt;
    return when->second.substr(0, when->second.size() - midnight.size());
}

} // namespace

bool is_valid_utf8(std::string_view value)
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

std::optional<std::string> integer_parameter(const std::string& assertion, column_type type)
{
    auto digits = digits_of(assertion);
    return digits && fits(*digits, type) ? digits : std::nullopt;
}

std::optional<std::string> lookup_parameter(const std::string& assertion, matching_rule rule,
                                            column_type type)
{
    if (rule == matching_rule::uuid)
        return uuid_text(assertion);
    if (is_integer(type)) {
        auto number = integer_parameter(assertion, type);
        // Where numbers are shown as text, only the text that PostgreSQL writes is one.
        return number && (rule == matching_rule::integer || *number == assertion) ? number
                                                                                  : std::nullopt;
    }
    if (type == column_type::uuid)
        return is_uuid(assertion) ? std::optional(assertion) : std::nullopt;
    if (is_time(type))
        return time_parameter(assertion, type);
    if (auto digits = rule == matching_rule::integer ? digits_of(assertion) : std::nullopt)
        return digits;
    return is_valid_utf8(assertion) ? std::optional(assertion) : std::nullopt;
}

bool is_list(column_type type)
{
    return type == column_type::array || type == column_type::bytea_array ||
           type == column_type::json || type == column_type::jsonb;
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

namespace {

// What the entry shows of a value of a column or of an array.
std::string shown(column_type type, const std::string& name, bool own_cast)
{
    switch (type) {
    case column_type::boolean: // RFC 4517 §3.3.3
        return "CASE WHEN " + name + " THEN 'TRUE' WHEN NOT " + name + " THEN 'FALSE' END";
    case column_type::timestamptz: // GeneralizedTime, RFC 4517 §3.3.13, has the years 1 to 9999
    case column_type::timestamp:
    case column_type::date:
        return "CASE WHEN " + name + " >= " + first_time + " AND " + name + " < " + end_of_time +
               " THEN to_char(" + name +
               (type == column_type::timestamptz ? " AT TIME ZONE 'UTC'" : "::timestamp") +
               ", 'YYYYMMDDHH24MISS\"Z\"') END";
    case column_type::numeric: // 7.0 is the integer 7
        return "trim_scale(" + name + ")";
    case column_type::other: // character(n) without the blanks behind it
        return own_cast ? name : name + "::text";
    case column_type::json:
    case column_type::jsonb: {
        const std::string json = type == column_type::json ? "json" : "jsonb";
        return "CASE coalesce(" + json + "_typeof(" + name +
               "), 'null') WHEN 'array' THEN ARRAY(SELECT " + json + "_array_elements_text(" +
               name + ")) WHEN 'null' THEN NULL ELSE ARRAY[" + name + " #>> '{}'] END";
    }
    default:
        return name;
    }
}

} // namespace

std::string reference(const column& c)
{
    return c.instead.empty() ? "e." + postgres::quote_identifier(c.name) : c.instead;
}

std::string select_expression(const column& c)
{
    const std::string name = reference(c);
    if (!c.instead.empty() && is_list(c.type))
        return name;
    if (c.type != column_type::array || c.element == column_type::text)
        return shown(c.type, name, c.own_cast);
    return "ARRAY(SELECT (" + shown(c.element, "v.t", false) + ")::text FROM unnest(" + name +
           ") WITH ORDINALITY AS v(t, n) ORDER BY v.n)";
}

unsigned result_type_oid(const column& c)
{
    switch (c.type) { // those that expression() reads in a form of its own
    case column_type::boolean:
    case column_type::timestamptz:
    case column_type::timestamp:
    case column_type::date:
    case column_type::numeric:
    case column_type::other:
    case column_type::json:
    case column_type::jsonb:
        return 0;
    case column_type::array:
        return c.element == column_type::text ? c.type_oid : 0;
    default:
        return c.type_oid;
    }
}

std::string is_missing_sql(const column& c)
{
    const std::string name = reference(c);
    switch (c.type) {
    case column_type::text: // the man page's index has this very condition
    case column_type::citext:
        return "(" + name + " IS NULL OR " + name + " = '')";
    case column_type::other: // an empty character(n)
        return "(" + name + " IS NULL OR " + name + "::text = '')";
    case column_type::timestamptz: // outside the calendar
    case column_type::timestamp:
    case column_type::date:
    case column_type::json: // a null of JSON
    case column_type::jsonb:
        return select_expression(c) + " IS NULL";
    default:
        return name + " IS NULL";
    }
}

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
    for (const std::string& one : odd)
        out += " OR " + one;
    return odd.empty() ? out : "(" + out + ")";
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
    if (source_.named_kind < 0) {
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
    const bool any = is_text_rule() && source_.named_kind < 0 && source_.compare == comparison::any;
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
    else if (column_.type != column_type::other && column_.type != column_type::boolean &&
             !is_list(column_.type))
        whole.index = "(" + name_ + ")";
    return {whole};
}

bool column_condition::takes_several() const
{
    if (source_.named_kind >= 0)
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
    if (source_.named_kind < 0 && rule_ == matching_rule::integer)
        return integer_parameter(value, column_.type);
    if (source_.named_kind < 0 && rule_ == matching_rule::uuid)
        return uuid_text(value);
    if (column_.type == column_type::uuid ? is_uuid(value) : is_valid_utf8(value))
        return value;
    return std::nullopt;
}

condition column_condition::contains(const std::vector<std::string>& pieces)
{
    if (!is_text_rule() || source_.named_kind >= 0 || is_list(column_.type) ||
        column_.type == column_type::bytea || column_.type == column_type::boolean ||
        is_time(column_.type))
        return condition::always(false);
    std::string pattern;
    for (std::size_t i = 0; i < pieces.size(); ++i) {
        // Blanks at the ends of a piece may stand for none (RFC 4518 §2.6.1), and other text is
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
    if (source_.named_kind >= 0)
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
