// base64.cpp: encodes and decodes the unpadded base64 of password hashes.
#include "auth/base64.hpp"

namespace pgsql::auth {
namespace {

constexpr std::string_view alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

} // namespace

std::optional<std::string> base64_decoded(std::string_view text)
{
    std::string out;
    unsigned bits = 0;
    unsigned pending = 0; // bits not yet written
    for (const char c : text) {
        const auto value = alphabet.find(c);
        if (value == std::string_view::npos)
            return std::nullopt;
        bits = bits << 6 | static_cast<unsigned>(value);
        pending += 6;
        if (pending < 8)
            continue;
        pending -= 8;
        out += static_cast<char>(bits >> pending & 0xff);
        bits &= (1U << pending) - 1;
    }
    if (pending >= 6 || bits != 0)
        return std::nullopt;
    return out;
}

void append_base64(std::string& out, std::string_view bytes)
{
    unsigned bits = 0;
    unsigned pending = 0;
    for (const char c : bytes) {
        bits = (bits << 8 | static_cast<unsigned char>(c)) & 0xffff;
        for (pending += 8; pending >= 6; pending -= 6)
            out += alphabet[bits >> (pending - 6) & 63];
    }
    if (pending > 0)
        out += alphabet[bits << (6 - pending) & 63];
}

} // namespace pgsql::auth
