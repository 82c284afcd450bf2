// A paging cookie gives its position back, and only the cookie of a position is accepted.
#include "slapd/core/paging_cookie.hpp"

#include "fuzz/require.hpp"

using namespace pgsql::fuzz;
using pgsql::slapd::decode_cookie;
using pgsql::slapd::encode_cookie;
using pgsql::slapd::page_position;

namespace {

page_position position_of(std::string_view line)
{
    page_position out;
    const auto byte = [&](std::size_t i) {
        return i < line.size() ? static_cast<unsigned char>(line[i]) : 0U;
    };
    out.groups_found = (byte(0) & 1) != 0;
    out.private_included = (byte(0) & 2) != 0;
    out.kind_index = static_cast<std::uint16_t>(byte(1) << 8 | byte(2));
    out.entries_sent = byte(3) << 24 | byte(4) << 16 | byte(5) << 8 | byte(6);
    out.key = line.substr(std::min<std::size_t>(line.size(), 7));
    return out;
}

bool equal(const page_position& a, const page_position& b)
{
    return a.kind_index == b.kind_index && a.groups_found == b.groups_found &&
           a.private_included == b.private_included && a.entries_sent == b.entries_sent &&
           a.key == b.key;
}

// The fuzzer watches comparisons, so that it can learn a seal; it never finds a second text for a
// position.
void require_only_cookie(std::string_view text, std::string_view secret, std::string_view request)
{
    const auto read = decode_cookie(text, secret, request);
    require(!read || encode_cookie(*read, secret, request) == text,
            "only the cookie of a position is accepted", text);
}

} // namespace

// Lines: the secret, the request, a position (7 bytes and the key) and what alters its cookie.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    std::string_view input = text_of(data, size);
    const std::string_view secret = take_line(input);
    const std::string_view request = take_line(input);
    const page_position position = position_of(take_line(input));

    const std::string cookie = encode_cookie(position, secret, request);
    const auto read = decode_cookie(cookie, secret, request);
    require(read && equal(*read, position), "a cookie gives its position back", cookie);

    require(!decode_cookie(cookie, secret, std::string(request) + '.'), "the request is sealed");
    require(!decode_cookie(cookie, std::string(secret) + '.', request), "the secret is needed");
    require(!decode_cookie(cookie.substr(0, cookie.size() - 1), secret, request),
            "no cookie is cut");
    require(!decode_cookie(cookie + '\0', secret, request), "no cookie is prolonged");
    require_only_cookie(input, secret, request);
    if (!request.empty()) { // a byte moves from the request to the key
        const std::string moved = cookie.substr(0, cookie.size() - 16) + request.front() +
                                  cookie.substr(cookie.size() - 16);
        require(!decode_cookie(moved, secret, request.substr(1)), "key and request are kept apart");
    }

    std::string altered = cookie;
    for (std::size_t i = 0; i < input.size(); ++i)
        altered[i % altered.size()] = static_cast<char>(altered[i % altered.size()] ^ input[i]);
    require_only_cookie(altered, secret, request);
    return 0;
}
