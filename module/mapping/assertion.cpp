// assertion.cpp: reads assertion values and writes them as parameters of a column's type.
#include "mapping/assertion.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <limits>

namespace pgsql::directory {

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

namespace {

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

} // namespace pgsql::directory
