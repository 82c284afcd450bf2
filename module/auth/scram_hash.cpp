// scram_hash.cpp: verifiers of SCRAM (RFC 5802), as PostgreSQL stores them:
// SCRAM-SHA-256$4096:<salt>$<StoredKey>:<ServerKey>. The ServerKey may be absent.
#include "auth/base64.hpp"
#include "auth/digest.hpp"
#include "auth/hash_fields.hpp"
#include "auth/hash_schemes.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <string.h>

#include <algorithm>
#include <array>
#include <climits>
#include <stdexcept>

namespace pgsql::auth {
namespace {

constexpr unsigned most_rounds = 5'000'000; // as of PBKDF2

struct variant {
    std::string_view prefix;
    const EVP_MD* (*digest)();
};

constexpr variant variants[] = {
    {"SCRAM-SHA-1$", EVP_sha1}, {"SCRAM-SHA-256$", EVP_sha256}, {"SCRAM-SHA-512$", EVP_sha512}};

class scram_hash final : public password_hash {
public:
    scram_hash(std::string_view stored, const variant& kind) : password_hash(stored), kind_(kind)
    {
        hash_fields text(stored);
        text.expect(kind.prefix);
        rounds_ = text.number(':');
        salt_ = base64_bytes(text.until('$'));
        const std::string_view keys = text.rest();
        const auto colon = std::min(keys.find(':'), keys.size());
        stored_key_ = base64_bytes(keys.substr(0, colon), size());
        if (colon < keys.size() && base64_bytes(keys.substr(colon + 1), size()).empty())
            stored_key_ = secret();
    }

    [[nodiscard]] std::string scheme() const override
    {
        const std::string name(kind_.prefix.substr(0, kind_.prefix.size() - 1));
        return name +
               (error_in_cost() == nullptr ? " " + std::to_string(rounds_) : ", not readable");
    }

    [[nodiscard]] hash_family family() const noexcept override { return hash_family::pbkdf2; }

    [[nodiscard]] hash_cost cost(std::size_t) const override
    {
        return {error_in_cost() == nullptr ? rounds_ * 0.0008 : 0};
    }

private:
    [[nodiscard]] std::size_t size() const
    {
        return static_cast<std::size_t>(EVP_MD_get_size(kind_.digest()));
    }

    [[nodiscard]] const char* error_in_cost() const
    {
        return rounds_ == 0 || rounds_ > most_rounds
                   ? "a SCRAM verifier with an unsupported or unreadable number of rounds"
                   : nullptr;
    }

    [[nodiscard]] const char* defect() const override
    {
        if (const char* const reason = error_in_cost())
            return reason;
        return salt_.empty() || stored_key_.empty() ? "a damaged SCRAM verifier" : nullptr;
    }

    // The bytes of the password as they are. SASLprep (RFC 4013) does not change ASCII, nor text
    // that is already in the form NFKC.
    [[nodiscard]] verification compute(std::string_view password, unsigned) const override
    {
        if (password.size() > INT_MAX)
            return {verdict::mismatch, ""};
        constexpr std::string_view label = "Client Key";
        const EVP_MD* const digest = kind_.digest();
        const std::string& salt = salt_.reveal();
        std::array<unsigned char, EVP_MAX_MD_SIZE> salted{};
        std::array<unsigned char, EVP_MAX_MD_SIZE> client{};
        if (PKCS5_PBKDF2_HMAC(password.data(), static_cast<int>(password.size()),
                              reinterpret_cast<const unsigned char*>(salt.data()),
                              static_cast<int>(salt.size()), static_cast<int>(rounds_), digest,
                              static_cast<int>(size()), salted.data()) != 1 ||
            HMAC(digest, salted.data(), static_cast<int>(size()),
                 reinterpret_cast<const unsigned char*>(label.data()), label.size(), client.data(),
                 nullptr) == nullptr)
            throw std::runtime_error("OpenSSL cannot compute a SCRAM verifier");
        const secret computed =
            digest_of(digest, {{reinterpret_cast<const char*>(client.data()), size()}});
        explicit_bzero(salted.data(), salted.size());
        explicit_bzero(client.data(), client.size());
        const bool fits =
            CRYPTO_memcmp(computed.reveal().data(), stored_key_.reveal().data(), size()) == 0;
        return {fits ? verdict::match : verdict::mismatch, ""};
    }

    [[nodiscard]] std::string dummy_text() const override
    {
        if (error_in_cost() != nullptr)
            return {};
        std::string out = std::string(kind_.prefix) + std::to_string(rounds_) + ":" +
                          std::string(dummy_salt) + "==$";
        append_base64(out, std::string(size(), '\0'));
        return out + std::string((3 - size() % 3) % 3, '=');
    }

    const variant& kind_;
    unsigned rounds_ = 0; ///< 0: unreadable
    secret salt_;
    secret stored_key_; ///< empty: unreadable
};

} // namespace

parsed_hash parse_scram_hash(std::string_view stored)
{
    for (const variant& one : variants)
        if (stored.starts_with(one.prefix))
            return std::make_unique<scram_hash>(stored, one);
    return nullptr;
}

} // namespace pgsql::auth
