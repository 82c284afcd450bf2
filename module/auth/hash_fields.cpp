// hash_fields.cpp: reads the fields of a stored hash from left to right, and the bytes that they
// encode.
#include "auth/hash_fields.hpp"

#include "auth/base64.hpp"

#include <algorithm>
#include <charconv>

namespace pgsql::auth {
namespace {

secret wiped(std::string bytes, std::size_t length)
{
    secret out(length == 0 || bytes.size() == length ? bytes : std::string_view());
    explicit_bzero(bytes.data(), bytes.size());
    return out;
}

int hex_digit(char c) noexcept
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

} // namespace

void hash_fields::expect(std::string_view text) noexcept
{
    good_ = good_ && rest_.starts_with(text);
    if (good_)
        rest_.remove_prefix(text.size());
}

std::string_view hash_fields::until(char end) noexcept
{
    const auto at = rest_.find(end);
    good_ = good_ && at != std::string_view::npos;
    if (!good_)
        return {};
    const std::string_view out = rest_.substr(0, at);
    rest_.remove_prefix(at + 1);
    return out;
}

unsigned hash_fields::number(char end) noexcept
{
    const std::string_view digits = until(end);
    unsigned out = 0;
    const char* const last = digits.data() + digits.size();
    const auto [after, error] = std::from_chars(digits.data(), last, out);
    good_ = good_ && error == std::errc() && after == last;
    return good_ ? out : 0;
}

secret hex_bytes(std::string_view text, std::size_t length)
{
    if (text.size() % 2 != 0)
        return {};
    std::string out;
    out.reserve(text.size() / 2);
    for (std::size_t i = 0; i < text.size(); i += 2) {
        const int high = hex_digit(text[i]);
        const int low = hex_digit(text[i + 1]);
        if (high < 0 || low < 0)
            return {};
        out += static_cast<char>(high << 4 | low);
    }
    return wiped(std::move(out), length);
}

secret base64_bytes(std::string_view text, std::size_t length)
{
    if (text.size() % 4 != 0)
        return {};
    for (int i = 0; i < 2 && text.ends_with('='); ++i)
        text.remove_suffix(1);
    return unpadded_base64_bytes(text, length);
}

secret unpadded_base64_bytes(std::string_view text, std::size_t length)
{
    auto out = base64_decoded(text);
    return out ? wiped(std::move(*out), length) : secret();
}

secret adapted_base64_bytes(std::string_view text, std::size_t length)
{
    std::string plain(text);
    std::replace(plain.begin(), plain.end(), '+', ' '); // a character of neither alphabet
    std::replace(plain.begin(), plain.end(), '.', '+');
    secret out = unpadded_base64_bytes(plain, length);
    explicit_bzero(plain.data(), plain.size());
    return out;
}

secret composed_bytes(std::string_view text)
{
    const auto form = text.substr(0, text.find(':') + 1);
    const auto rest = text.substr(form.size());
    if (form == "hex:")
        return hex_bytes(rest);
    if (form == "text:")
        return secret(rest);
    if (form != "base64:")
        return adapted_base64_bytes(text);
    return rest.ends_with('=') ? base64_bytes(rest) : unpadded_base64_bytes(rest);
}

} // namespace pgsql::auth
