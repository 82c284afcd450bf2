// entry_uuid.cpp: generates the entryUUID of an entry whose row has none.
#include "slapd/core/entry_uuid.hpp"

#include <openssl/evp.h>

#include <array>
#include <stdexcept>

namespace pgsql::slapd {

std::string entry_uuid(std::string_view suffix, std::string_view kind, std::string_view name)
{
    // RFC 9562 §6.6: the name space of X.500 names.
    std::string text("\x6b\xa7\xb8\x14\x9d\xad\x11\xd1\x80\xb4\x00\xc0\x4f\xd4\x30\xc8", 16);
    text.append(suffix).append("\n").append(kind).append("\n").append(name);
    std::array<unsigned char, EVP_MAX_MD_SIZE> hash{};
    unsigned size = 0;
    if (EVP_Digest(text.data(), text.size(), hash.data(), &size, EVP_sha1(), nullptr) != 1)
        throw std::runtime_error("OpenSSL cannot make a SHA-1 digest");
    hash[6] = static_cast<unsigned char>((hash[6] & 0x0f) | 0x50); // version
    hash[8] = static_cast<unsigned char>((hash[8] & 0x3f) | 0x80); // variant
    std::string out;
    for (std::size_t i = 0; i < 16; ++i) {
        constexpr const char* digit = "0123456789abcdef";
        if (i == 4 || i == 6 || i == 8 || i == 10)
            out += '-';
        out += digit[hash[i] >> 4];
        out += digit[hash[i] & 15];
    }
    return out;
}

} // namespace pgsql::slapd
