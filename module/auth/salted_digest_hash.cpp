// salted_digest_hash.cpp: fast digests of old applications: Redmine's, and Django's sha1$ and md5$.
#include "auth/digest.hpp"
#include "auth/hash_fields.hpp"
#include "auth/hash_schemes.hpp"

#include <openssl/crypto.h>

namespace pgsql::auth {
namespace {

struct variant {
    std::string_view prefix; ///< before the salt, a $ and the digest in hexadecimal
    const EVP_MD* (*digest)();
    bool digested_password; ///< whether the password is a digest itself
    const char* name;
};

constexpr variant variants[] = {{"{REDMINE}", EVP_sha1, true, "SHA-1 of Redmine"},
                                {"sha1$", EVP_sha1, false, "SHA-1 of Django"},
                                {"md5$", EVP_md5, false, "MD5 of Django"}};

class salted_digest_hash final : public password_hash {
public:
    salted_digest_hash(std::string_view stored, const variant& kind)
        : password_hash(stored), kind_(kind)
    {
        hash_fields text(stored.substr(kind.prefix.size()));
        salt_ = secret(text.until('$')); // empty in some rows of Django
        digest_ = hex_bytes(text.rest(), static_cast<std::size_t>(EVP_MD_get_size(kind.digest())));
    }

    [[nodiscard]] std::string scheme() const override { return kind_.name; }

private:
    [[nodiscard]] const char* defect() const override
    {
        return digest_.empty() ? "a damaged salted digest" : nullptr;
    }

    [[nodiscard]] verification compute(std::string_view password, unsigned) const override
    {
        const EVP_MD* const type = kind_.digest();
        const secret inner = kind_.digested_password
                                 ? hex_digits(digest_of(type, {password}).reveal())
                                 : secret(password);
        const secret computed = digest_of(type, {salt_.reveal(), inner.reveal()});
        const bool fits = CRYPTO_memcmp(computed.reveal().data(), digest_.reveal().data(),
                                        digest_.reveal().size()) == 0;
        return {fits ? verdict::match : verdict::mismatch, ""};
    }

    [[nodiscard]] std::string dummy_text() const override
    {
        const auto size = static_cast<std::size_t>(EVP_MD_get_size(kind_.digest()));
        return std::string(kind_.prefix) + "decoy$" + std::string(2 * size, '0');
    }

    const variant& kind_;
    secret salt_;
    secret digest_; ///< empty: unreadable
};

} // namespace

parsed_hash parse_salted_digest(std::string_view stored)
{
    for (const variant& one : variants)
        if (one.prefix.starts_with('{') ? has_prefix(stored, one.prefix)
                                        : stored.starts_with(one.prefix))
            return std::make_unique<salted_digest_hash>(stored, one);
    return nullptr;
}

} // namespace pgsql::auth
