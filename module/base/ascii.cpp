// ascii.cpp: ASCII letters and printable characters.
#include "base/ascii.hpp"

#include <algorithm>

namespace pgsql {

bool is_plain_ascii(std::string_view text)
{
    return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c <= '~'; });
}

std::string lower_ascii(std::string_view text)
{
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return out;
}

bool same_ignoring_case(std::string_view a, std::string_view b)
{
    return a.size() == b.size() && lower_ascii(a) == lower_ascii(b);
}

} // namespace pgsql
