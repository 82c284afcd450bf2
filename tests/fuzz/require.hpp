// require.hpp: ends a fuzz target when a promise is broken, so that libFuzzer keeps the input.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

namespace pgsql::fuzz {

/// `seen` is printed with what is broken.
inline void require(bool holds, std::string_view promise, std::string_view seen = {})
{
    if (holds)
        return;
    std::fprintf(stderr, "BROKEN: %.*s\n%.*s\n", static_cast<int>(promise.size()), promise.data(),
                 static_cast<int>(seen.size()), seen.data());
    std::abort();
}

[[nodiscard]] inline std::string_view text_of(const std::uint8_t* data, std::size_t size)
{
    return {reinterpret_cast<const char*>(data), size};
}

/// Removes and returns the first line of the input.
[[nodiscard]] inline std::string_view take_line(std::string_view& input)
{
    const auto end = input.find('\n');
    const auto line = input.substr(0, end);
    input.remove_prefix(end == std::string_view::npos ? input.size() : end + 1);
    return line;
}

} // namespace pgsql::fuzz
