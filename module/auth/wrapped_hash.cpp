// wrapped_hash.cpp: a hash behind an application's prefix, and hashes of what an application makes
// from the password.
#include "auth/digest.hpp"
#include "auth/hash_schemes.hpp"

#include <openssl/evp.h>
#include <string.h>

#include <algorithm>
#include <functional>

namespace pgsql::auth {
namespace {

/// What is hashed in place of the password.
struct preparation {
    std::function<secret(std::string_view password)> text; ///< empty: the password itself
    std::function<std::size_t(std::size_t)> length;        ///< of the text, by the password's
    std::string_view prefix;                               ///< of a dummy hash, prepared likewise
};

class wrapped_hash final : public password_hash {
public:
    wrapped_hash(std::string_view stored, parsed_hash inner, preparation prepare = {})
        : password_hash(stored), inner_(std::move(inner)), prepare_(std::move(prepare))
    {}

    [[nodiscard]] std::string scheme() const override { return inner_->scheme(); }
    [[nodiscard]] hash_family family() const noexcept override { return inner_->family(); }

    [[nodiscard]] hash_cost cost(std::size_t password_length) const override
    {
        return inner_->cost(prepared(password_length));
    }
    [[nodiscard]] std::string slapd_form() const override
    {
        return prepare_.text ? "" : inner_->slapd_form();
    }
    [[nodiscard]] bool takes_pepper() const noexcept override
    {
        return !prepare_.text && inner_->takes_pepper();
    }

private:
    [[nodiscard]] std::size_t prepared(std::size_t length) const
    {
        return prepare_.length ? prepare_.length(length) : length;
    }
    [[nodiscard]] const char* defect() const override { return inner_->problem(); }
    [[nodiscard]] std::optional<verification>
    precheck_length(std::size_t password_length) const override
    {
        return inner_->precheck(prepared(password_length));
    }
    [[nodiscard]] verification compute(std::string_view password, unsigned threads) const override
    {
        return prepare_.text ? inner_->verify(prepare_.text(password).reveal(), threads)
                             : inner_->verify(password, threads);
    }
    [[nodiscard]] std::string dummy_text() const override
    {
        const parsed_hash dummy = inner_->dummy();
        return dummy != nullptr ? std::string(prepare_.prefix) + dummy->stored().reveal() : "";
    }

    const parsed_hash inner_;
    const preparation prepare_;
};

/// A prefix, and with what the hash after it begins. No hash begins as a prefix does, so that
/// prefixes are never nested.
struct form {
    std::string_view prefix; ///< one that ends with @ continues up to a }
    std::string_view hash;
    const EVP_MD* (*digest)() = nullptr; ///< whose hexadecimal digits are hashed; null: none
};

constexpr form forms[] = {
    // Nextcloud's version; PHP verifies every hash of its own with each of them
    {"1|", "$"},
    {"2|", "$"},
    {"3|", "$"},
    // Django
    {"argon2", "$argon2"},
    {"bcrypt$", "$2"},
    {"bcrypt_sha256$", "$2", EVP_sha256},
    // Spring Security
    {"{bcrypt}", "$2"},
    {"{argon2@", "$argon2"},
    {"{scrypt}", "$"},
    {"{scrypt@", "$"},
    // Dovecot
    {"{BLF-CRYPT}", "$2"},
    {"{SHA512-CRYPT}", "$6$"},
    {"{SHA256-CRYPT}", "$5$"},
    {"{MD5-CRYPT}", "$1$"},
    {"{ARGON2ID}", "$argon2id$"},
    {"{ARGON2I}", "$argon2i$"},
    // Drupal, of the MD5 that Drupal 6 stored
    {"U", "$S$", EVP_md5},
    {"U", "$P$", EVP_md5},
    {"U", "$H$", EVP_md5}};

// The length of the prefix; 0 if the value is not of this form.
std::size_t prefix_length(std::string_view stored, const form& one)
{
    const bool braces = one.prefix.starts_with('{');
    if (!(braces ? has_prefix(stored, one.prefix) : stored.starts_with(one.prefix)))
        return 0;
    const std::size_t length = one.prefix.ends_with('@') ? stored.find('}') + 1 : one.prefix.size();
    return length > 0 && stored.substr(length).starts_with(one.hash) ? length : 0;
}

} // namespace

parsed_hash parse_wrapped_hash(std::string_view stored)
{
    for (const form& one : forms) {
        const std::size_t length = prefix_length(stored, one);
        if (length == 0)
            continue;
        parsed_hash inner = parse_hash(stored.substr(length));
        if (one.digest == nullptr)
            return std::make_unique<wrapped_hash>(stored, std::move(inner));
        const EVP_MD* const digest = one.digest();
        const auto digits = static_cast<std::size_t>(EVP_MD_get_size(digest)) * 2;
        return std::make_unique<wrapped_hash>(
            stored, std::move(inner),
            preparation{[digest](std::string_view password) {
                            return hex_digits(digest_of(digest, {password}).reveal());
                        },
                        [digits](std::size_t) { return digits; }, one.prefix});
    }
    return nullptr;
}

parsed_hash with_pepper(parsed_hash hash, const std::shared_ptr<const secret>& pepper)
{
    if (pepper == nullptr || !hash->takes_pepper())
        return hash;
    // bcrypt reads no more. Cut off, a pepper does not make a password too long for crypt(3).
    static constexpr std::size_t most_bytes = 72;
    const std::string_view stored = hash->stored().reveal();
    return std::make_unique<wrapped_hash>(
        stored, std::move(hash),
        preparation{[pepper](std::string_view password) {
                        std::string text;
                        text.reserve(password.size() + pepper->reveal().size());
                        text.append(password).append(pepper->reveal());
                        secret out(std::string_view(text).substr(0, most_bytes));
                        explicit_bzero(text.data(), text.size());
                        return out;
                    },
                    [pepper](std::size_t length) {
                        return std::min<std::size_t>(length + pepper->reveal().size(), most_bytes);
                    },
                    {}});
}

} // namespace pgsql::auth
