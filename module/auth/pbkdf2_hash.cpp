// pbkdf2_hash.cpp: PBKDF2 (RFC 8018) in each spelling of pbkdf2_spellings.cpp.
#include "auth/base64.hpp"
#include "auth/hash_schemes.hpp"
#include "auth/pbkdf2_spellings.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <string.h>

#include <algorithm>
#include <climits>
#include <stdexcept>

namespace pgsql::auth {
namespace {

// slapd's own module has no limit for the number of rounds in a row.
constexpr unsigned most_rounds = 5'000'000; // about five seconds of one core
// A short key matches by chance. 16 is the least that ASP.NET accepts.
constexpr std::size_t shortest_key = 16;
constexpr std::size_t longest_key = 128;

class pbkdf2_hash final : public password_hash {
public:
    pbkdf2_hash(std::string_view stored, pbkdf2_parts parts)
        : password_hash(stored), parts_(std::move(parts))
    {}

    [[nodiscard]] std::string scheme() const override
    {
        return error_in_cost() == nullptr ? name() + " " + std::to_string(parts_.rounds)
                                          : "PBKDF2, not readable";
    }

    [[nodiscard]] hash_family family() const noexcept override { return hash_family::pbkdf2; }

    [[nodiscard]] hash_cost cost(std::size_t) const override
    {
        return {error_in_cost() == nullptr ? parts_.rounds * 0.0008 : 0};
    }

    [[nodiscard]] std::string slapd_form() const override
    {
        return parts_.of_slapd ? stored().reveal() : "";
    }

private:
    [[nodiscard]] std::string name() const
    {
        return "PBKDF2-SHA" + (parts_.digest == EVP_sha1()
                                   ? "1"
                                   : std::to_string(EVP_MD_get_size(parts_.digest) * 8));
    }

    [[nodiscard]] const char* error_in_cost() const
    {
        if (parts_.rounds == 0)
            return "a PBKDF2 hash without a readable number of rounds";
        if (parts_.digest == nullptr)
            return "a PBKDF2 hash with a digest other than SHA-1, SHA-256 and SHA-512";
        return parts_.rounds > most_rounds ? "a PBKDF2 hash of more than 5000000 rounds" : nullptr;
    }

    [[nodiscard]] const char* defect() const override
    {
        if (const char* const reason = error_in_cost())
            return reason;
        if (parts_.salt.empty() || parts_.key.empty())
            return "a damaged PBKDF2 hash";
        const std::size_t length = parts_.key.reveal().size();
        return length < shortest_key || length > longest_key
                   ? "a PBKDF2 hash whose key is not of 16 to 128 bytes"
                   : nullptr;
    }

    // Each block of the key as long as the digest is computed by itself, so one is enough.
    [[nodiscard]] verification compute(std::string_view password, unsigned) const override
    {
        if (password.size() > INT_MAX)
            return {verdict::mismatch, ""};
        const std::string& salt = parts_.salt.reveal();
        const std::string& key = parts_.key.reveal();
        std::string computed(
            std::min(key.size(), static_cast<std::size_t>(EVP_MD_get_size(parts_.digest))), '\0');
        if (PKCS5_PBKDF2_HMAC(password.data(), static_cast<int>(password.size()),
                              reinterpret_cast<const unsigned char*>(salt.data()),
                              static_cast<int>(salt.size()), static_cast<int>(parts_.rounds),
                              parts_.digest, static_cast<int>(computed.size()),
                              reinterpret_cast<unsigned char*>(computed.data())) != 1)
            throw std::runtime_error("OpenSSL cannot compute PBKDF2");
        const bool fits = CRYPTO_memcmp(computed.data(), key.data(), computed.size()) == 0;
        explicit_bzero(computed.data(), computed.size());
        return {fits ? verdict::match : verdict::mismatch, ""};
    }

    [[nodiscard]] std::string dummy_text() const override
    {
        if (error_in_cost() != nullptr)
            return {};
        std::string out = "{" + name() + "}" + std::to_string(parts_.rounds) + "$" +
                          std::string(dummy_salt) + "$";
        append_base64(out,
                      std::string(static_cast<std::size_t>(EVP_MD_get_size(parts_.digest)), '\0'));
        return out;
    }

    const pbkdf2_parts parts_;
};

} // namespace

parsed_hash parse_pbkdf2_hash(std::string_view stored)
{
    auto parts = read_pbkdf2(stored);
    return parts ? std::make_unique<pbkdf2_hash>(stored, std::move(*parts)) : nullptr;
}

} // namespace pgsql::auth
