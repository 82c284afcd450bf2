// pbkdf2.cpp: turns {PBKDF2-SHA512}600000$<salt>$<tag>, as slapd's pw-pbkdf2 and passlib write it,
// into what it demands and a verdict.
#include "auth/pbkdf2.hpp"

#include "auth/base64.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <string.h>

#include <algorithm>
#include <charconv>
#include <climits>
#include <stdexcept>

namespace pgsql::login {
namespace {

constexpr std::string_view family = "{PBKDF2";

std::size_t size_of(const EVP_MD* digest)
{
    return static_cast<std::size_t>(EVP_MD_get_size(digest));
}

const EVP_MD* digest_of(std::string_view scheme) noexcept // what is between PBKDF2 and }
{
    const auto is = [&](const char* name) {
        return scheme.size() == std::string_view(name).size() &&
               strncasecmp(scheme.data(), name, scheme.size()) == 0;
    };
    if (is("") || is("-SHA1"))
        return EVP_sha1();
    if (is("-SHA256"))
        return EVP_sha256();
    return is("-SHA512") ? EVP_sha512() : nullptr;
}

std::optional<std::string> decoded(std::string_view text)
{
    std::string plain(text);
    std::replace(plain.begin(), plain.end(), '+', ' '); // which is no sign of either alphabet
    std::replace(plain.begin(), plain.end(), '.', '+');
    return base64_decoded(plain);
}

} // namespace

bool is_pbkdf2(std::string_view stored) noexcept
{
    return stored.size() > family.size() &&
           strncasecmp(stored.data(), family.data(), family.size()) == 0 &&
           (stored[family.size()] == '-' || stored[family.size()] == '}');
}

std::optional<pbkdf2_string> read_pbkdf2(std::string_view stored) noexcept
{
    const auto scheme = stored.find('}');
    if (!is_pbkdf2(stored) || scheme == std::string_view::npos)
        return std::nullopt;
    pbkdf2_string out;
    out.digest = digest_of(stored.substr(family.size(), scheme - family.size()));
    const char* const end = stored.data() + stored.size();
    const auto [behind, error] = std::from_chars(stored.data() + scheme + 1, end, out.rounds);
    if (out.digest == nullptr || error != std::errc() || behind == end || *behind != '$')
        return std::nullopt;
    const auto salt = static_cast<std::size_t>(behind - stored.data()) + 1;
    const auto tag = std::min(stored.find('$', salt), stored.size());
    out.head = stored.substr(0, salt);
    out.salt = stored.substr(salt, tag - salt);
    out.tag = stored.substr(std::min(tag + 1, stored.size()));
    return out;
}

std::optional<bool> verify_pbkdf2(const pbkdf2_string& stored, std::string_view password)
{
    const auto salt = decoded(stored.salt);
    const auto tag = decoded(stored.tag);
    if (!salt || !tag || salt->empty() || tag->size() != size_of(stored.digest) ||
        stored.rounds == 0 || stored.rounds > INT_MAX)
        return std::nullopt;
    if (password.size() > INT_MAX)
        return false;
    std::string computed(tag->size(), '\0');
    if (PKCS5_PBKDF2_HMAC(password.data(), static_cast<int>(password.size()),
                          reinterpret_cast<const unsigned char*>(salt->data()),
                          static_cast<int>(salt->size()), static_cast<int>(stored.rounds),
                          stored.digest, static_cast<int>(computed.size()),
                          reinterpret_cast<unsigned char*>(computed.data())) != 1)
        throw std::runtime_error("OpenSSL cannot compute PBKDF2");
    const bool fits = CRYPTO_memcmp(computed.data(), tag->data(), tag->size()) == 0;
    explicit_bzero(computed.data(), computed.size());
    return fits;
}

std::string pbkdf2_decoy(const pbkdf2_string& like)
{
    std::string tag;
    append_base64(tag, std::string(size_of(like.digest), '\0'));
    return std::string(like.head) + "YmFjay1wZ3NxbC1kZWNveQ$" + tag;
}

} // namespace pgsql::login
