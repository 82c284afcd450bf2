// pbkdf2_hash.cpp: {PBKDF2-SHA512}600000$<salt>$<tag>, as slapd's pw-pbkdf2 and passlib write it.
// slapd's own module has no limit for the number of rounds in a row.
#include "auth/base64.hpp"
#include "auth/hash_schemes.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <string.h>

#include <algorithm>
#include <charconv>
#include <climits>
#include <stdexcept>

namespace pgsql::auth {
namespace {

constexpr std::string_view family = "{PBKDF2";
constexpr unsigned most_rounds = 5'000'000; // about five seconds of one core

std::size_t size_of(const EVP_MD* digest)
{
    return static_cast<std::size_t>(EVP_MD_get_size(digest));
}

const EVP_MD* digest_of(std::string_view scheme) noexcept // the text between PBKDF2 and }
{
    const auto is = [&](std::string_view name) {
        return scheme.size() == name.size() && has_prefix(scheme, name);
    };
    if (is("") || is("-SHA1"))
        return EVP_sha1();
    if (is("-SHA256"))
        return EVP_sha256();
    return is("-SHA512") ? EVP_sha512() : nullptr;
}

// Base64 with . in place of +. Empty if it is malformed.
secret decoded(std::string_view text)
{
    std::string plain(text);
    std::replace(plain.begin(), plain.end(), '+', ' '); // a character of neither alphabet
    std::replace(plain.begin(), plain.end(), '.', '+');
    auto bytes = base64_decoded(plain);
    explicit_bzero(plain.data(), plain.size());
    if (!bytes)
        return {};
    secret out(*bytes);
    explicit_bzero(bytes->data(), bytes->size());
    return out;
}

class pbkdf2_hash final : public password_hash {
public:
    explicit pbkdf2_hash(std::string_view stored) : password_hash(stored)
    {
        const auto brace = stored.find('}');
        if (brace == std::string_view::npos)
            return;
        digest_ = digest_of(stored.substr(family.size(), brace - family.size()));
        const char* const end = stored.data() + stored.size();
        const auto [after, error] = std::from_chars(stored.data() + brace + 1, end, rounds_);
        if (digest_ == nullptr || error != std::errc() || after == end || *after != '$')
            return;
        const auto salt = static_cast<std::size_t>(after - stored.data()) + 1;
        const auto tag = std::min(stored.find('$', salt), stored.size());
        head_ = stored.substr(0, salt);
        salt_ = decoded(stored.substr(salt, tag - salt));
        tag_ = decoded(stored.substr(std::min(tag + 1, stored.size())));
    }

    [[nodiscard]] std::string scheme() const override
    {
        return scheme_in_braces(stored().reveal());
    }

    [[nodiscard]] hash_cost cost(std::size_t) const override
    {
        return {head_.empty() ? 0 : rounds_ * 0.0008};
    }

private:
    [[nodiscard]] const char* defect() const override
    {
        if (head_.empty() || rounds_ > most_rounds)
            return "a {PBKDF2} hash with an unsupported or unreadable number of rounds";
        return salt_.empty() || tag_.reveal().size() != size_of(digest_) || rounds_ == 0
                   ? "a damaged {PBKDF2} hash"
                   : nullptr;
    }

    [[nodiscard]] verification compute(std::string_view password, unsigned) const override
    {
        if (password.size() > INT_MAX)
            return {verdict::mismatch, ""};
        const std::string& salt = salt_.reveal();
        const std::string& tag = tag_.reveal();
        std::string computed(tag.size(), '\0');
        if (PKCS5_PBKDF2_HMAC(password.data(), static_cast<int>(password.size()),
                              reinterpret_cast<const unsigned char*>(salt.data()),
                              static_cast<int>(salt.size()), static_cast<int>(rounds_), digest_,
                              static_cast<int>(computed.size()),
                              reinterpret_cast<unsigned char*>(computed.data())) != 1)
            throw std::runtime_error("OpenSSL cannot compute PBKDF2");
        const bool fits = CRYPTO_memcmp(computed.data(), tag.data(), tag.size()) == 0;
        explicit_bzero(computed.data(), computed.size());
        return {fits ? verdict::match : verdict::mismatch, ""};
    }

    [[nodiscard]] std::string dummy_text() const override
    {
        if (head_.empty())
            return {};
        std::string out = head_ + std::string(dummy_salt) + "$";
        append_base64(out, std::string(size_of(digest_), '\0'));
        return out;
    }

    std::string head_; ///< up to the salt; empty if scheme or rounds cannot be read
    const EVP_MD* digest_ = nullptr;
    unsigned rounds_ = 0;
    secret salt_;
    secret tag_;
};

} // namespace

parsed_hash parse_pbkdf2_hash(std::string_view stored)
{
    return has_prefix(stored, "{PBKDF2-") || has_prefix(stored, "{PBKDF2}")
               ? std::make_unique<pbkdf2_hash>(stored)
               : nullptr;
}

} // namespace pgsql::auth
