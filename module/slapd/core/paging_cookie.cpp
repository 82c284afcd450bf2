// paging_cookie.cpp: encodes the position of a paged search in an authenticated cookie.
#include "slapd/core/paging_cookie.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <stdexcept>

namespace pgsql::slapd {
namespace {

constexpr char version = 1;
constexpr std::size_t head = 8; // version, flags, kind_index, entries_sent
constexpr std::size_t mac_size = 16;

std::string mac_of(std::string_view body, std::string_view secret, std::string_view request)
{
    std::string text;
    text += std::to_string(body.size());
    text.append(":").append(body).append(request); // the size makes the boundary unambiguous
    std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
    unsigned length = 0;
    if (HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
             reinterpret_cast<const unsigned char*>(text.data()), text.size(), out.data(),
             &length) == nullptr ||
        length < mac_size)
        throw std::runtime_error("OpenSSL cannot make a SHA-256 HMAC");
    return {reinterpret_cast<const char*>(out.data()), mac_size};
}

} // namespace

std::string digest(std::string_view text)
{
    std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
    unsigned length = 0;
    if (EVP_Digest(text.data(), text.size(), out.data(), &length, EVP_sha256(), nullptr) != 1)
        throw std::runtime_error("OpenSSL cannot make a SHA-256 digest");
    return {reinterpret_cast<const char*>(out.data()), length};
}

std::string encode_cookie(const page_position& position, std::string_view secret,
                          std::string_view request)
{
    std::string body;
    body += version;
    body +=
        static_cast<char>((position.groups_found ? 1 : 0) | (position.private_included ? 2 : 0));
    for (int shift = 8; shift >= 0; shift -= 8)
        body += static_cast<char>(position.kind_index >> shift);
    for (int shift = 24; shift >= 0; shift -= 8)
        body += static_cast<char>(position.entries_sent >> shift);
    body += position.key;
    return body + mac_of(body, secret, request);
}

std::optional<page_position> decode_cookie(std::string_view cookie, std::string_view secret,
                                           std::string_view request)
{
    if (cookie.size() < head + mac_size || cookie[0] != version)
        return std::nullopt;
    const auto body = cookie.substr(0, cookie.size() - mac_size);
    const std::string expected = mac_of(body, secret, request);
    if (CRYPTO_memcmp(expected.data(), cookie.data() + body.size(), mac_size) != 0)
        return std::nullopt;
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(body[i]); };
    page_position position;
    position.groups_found = (byte(1) & 1) != 0;
    position.private_included = (byte(1) & 2) != 0;
    position.kind_index = static_cast<std::uint16_t>(byte(2) << 8 | byte(3));
    for (std::size_t i = 4; i < head; ++i)
        position.entries_sent = position.entries_sent << 8 | byte(i);
    position.key = body.substr(head);
    return position;
}

} // namespace pgsql::slapd
