// scrypt_hash.cpp: scrypt (RFC 7914) in each spelling of scrypt.cpp.
#include "auth/scrypt.hpp"

#include "auth/base64.hpp"
#include "auth/hash_schemes.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <string.h>

namespace pgsql::auth {
namespace {

constexpr std::size_t shortest_key = 16; // as of PBKDF2
constexpr std::size_t longest_key = 128;

class scrypt_hash final : public password_hash {
public:
    scrypt_hash(std::string_view stored, scrypt_parts parts)
        : password_hash(stored), parts_(std::move(parts))
    {}

    [[nodiscard]] std::string scheme() const override
    {
        return error_in(parts_.cost) != nullptr ? "scrypt, not readable"
                                                : "scrypt N=" + std::to_string(parts_.cost.n) +
                                                      " r=" + std::to_string(parts_.cost.r) +
                                                      " p=" + std::to_string(parts_.cost.p);
    }

    [[nodiscard]] hash_family family() const noexcept override { return hash_family::scrypt; }

    [[nodiscard]] hash_cost cost(std::size_t) const override
    {
        return error_in(parts_.cost) != nullptr ? hash_cost{} : cost_of(parts_.cost);
    }

private:
    [[nodiscard]] const char* defect() const override
    {
        if (const char* const reason = error_in(parts_.cost))
            return reason;
        if (parts_.salt.empty() || parts_.key.empty())
            return "a damaged scrypt hash";
        const std::size_t length = parts_.key.reveal().size();
        return length < shortest_key || length > longest_key
                   ? "a scrypt hash whose key is not of 16 to 128 bytes"
                   : nullptr;
    }

    [[nodiscard]] verification compute(std::string_view password, unsigned) const override
    {
        const std::string& salt = parts_.salt.reveal();
        const std::string& key = parts_.key.reveal();
        std::string computed(key.size(), '\0');
        const bool done =
            EVP_PBE_scrypt(password.data(), password.size(),
                           reinterpret_cast<const unsigned char*>(salt.data()), salt.size(),
                           parts_.cost.n, parts_.cost.r, parts_.cost.p, scrypt_memory_limit,
                           reinterpret_cast<unsigned char*>(computed.data()), key.size()) == 1;
        const bool fits = done && CRYPTO_memcmp(computed.data(), key.data(), key.size()) == 0;
        explicit_bzero(computed.data(), computed.size());
        if (!done) // with parameters that it accepts
            return {verdict::busy, "no memory for a scrypt check"};
        return {fits ? verdict::match : verdict::mismatch, ""};
    }

    [[nodiscard]] std::string dummy_text() const override
    {
        const scrypt_cost& cost = parts_.cost;
        if (error_in(cost) != nullptr)
            return {};
        std::string out = "{SCRYPT}" + std::to_string(cost.n) + "$" + std::to_string(cost.r) + "$" +
                          std::to_string(cost.p) + "$" + std::string(dummy_salt) + "$";
        append_base64(out, std::string(32, '\0'));
        return out;
    }

    const scrypt_parts parts_;
};

} // namespace

parsed_hash parse_scrypt_hash(std::string_view stored)
{
    auto parts = read_scrypt(stored);
    return parts ? std::make_unique<scrypt_hash>(stored, std::move(*parts)) : nullptr;
}

} // namespace pgsql::auth
