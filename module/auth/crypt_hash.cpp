// crypt_hash.cpp: hashes of crypt(5), bare or after {CRYPT}.
#include "auth/crypt_setting.hpp"
#include "auth/hash_schemes.hpp"

#include <crypt.h>
#include <openssl/crypto.h>
#include <string.h>

namespace pgsql::auth {
namespace {

// A limit for SHA-crypt with a long password, which every round reads. It matches the limit of
// rounds.
constexpr double most_milliseconds = 6000;

class crypt_hash final : public password_hash {
public:
    crypt_hash(std::string_view stored, std::size_t prefix)
        : password_hash(stored), prefix_(prefix), setting_(stored.substr(prefix))
    {}

    [[nodiscard]] std::string scheme() const override { return setting_.name(); }

    [[nodiscard]] hash_family family() const noexcept override
    {
        switch (setting_.method()) {
        case crypt_method::bcrypt:
            return hash_family::bcrypt;
        case crypt_method::scrypt:
            return hash_family::scrypt;
        default:
            return hash_family::crypt;
        }
    }

    [[nodiscard]] hash_cost cost(std::size_t password_length) const override
    {
        if (defect() != nullptr || precheck_length(password_length))
            return {};
        return setting_.cost(password_length).value_or(hash_cost{});
    }

    [[nodiscard]] std::string slapd_form() const override
    {
        return "{CRYPT}" + std::string(text());
    }

    [[nodiscard]] bool takes_pepper() const noexcept override
    {
        return setting_.method() == crypt_method::bcrypt;
    }

private:
    [[nodiscard]] std::string_view text() const // NUL-terminated
    {
        return std::string_view(stored().reveal()).substr(prefix_);
    }

    [[nodiscard]] const char* defect() const override
    {
        if (text().empty() || setting_.method() == crypt_method::locked)
            return locked_hash;
        return setting_.cost(usual_length)
                   ? nullptr
                   : "a crypt(5) hash with an unsupported or unreadable cost";
    }

    [[nodiscard]] std::optional<verification>
    precheck_length(std::size_t password_length) const override
    {
        // crypt(3) rejects longer passwords without computing a hash.
        if (password_length >= CRYPT_MAX_PASSPHRASE_SIZE)
            return verification{verdict::mismatch, ""};
        const auto cost = setting_.cost(password_length);
        if (cost && cost->milliseconds > most_milliseconds)
            return verification{
                verdict::refused,
                "a crypt(5) hash that costs too much with a password of this length"};
        return std::nullopt;
    }

    [[nodiscard]] verification compute(std::string_view password, unsigned) const override
    {
        // crypt(3) would read only the part before the NUL.
        if (password.find('\0') != std::string_view::npos)
            return {verdict::mismatch, ""};
        const secret phrase(password);
        const auto data = std::make_unique<crypt_data>();
        const char* computed = crypt_r(phrase.reveal().c_str(), text().data(), data.get());
        verification out{verdict::mismatch, ""};
        if (computed == nullptr || computed[0] == '*')
            out = {verdict::refused, "a hash that crypt(3) does not support"};
        else if (strlen(computed) == text().size() &&
                 CRYPTO_memcmp(computed, text().data(), text().size()) == 0)
            out = {verdict::match, ""};
        explicit_bzero(data.get(), sizeof *data);
        return out;
    }

    [[nodiscard]] std::string dummy_text() const override
    {
        if (setting_.text().empty())
            return {};
        switch (setting_.method()) {
        case crypt_method::bcrypt: // 22 characters of salt, 31 of hash
            return setting_.text() + "backpgsqldecoysalt....0000000000000000000000000000000";
        case crypt_method::yescrypt:
            return setting_.text() +
                   "backpgsqldecoysalt....$0000000000000000000000000000000000000000000";
        case crypt_method::scrypt:
            return setting_.text() +
                   "backpgsqldecoysalt$0000000000000000000000000000000000000000000";
        default:
            return setting_.text() + "decoydec$0000000000000000000000";
        }
    }

    const std::size_t prefix_; ///< length of {CRYPT}, or 0
    const crypt_setting setting_;
};

} // namespace

parsed_hash parse_crypt_hash(std::string_view stored)
{
    constexpr std::string_view prefix = "{CRYPT}";
    if (has_prefix(stored, prefix))
        return std::make_unique<crypt_hash>(stored, prefix.size());
    return stored.starts_with('$') ? std::make_unique<crypt_hash>(stored, 0) : nullptr;
}

} // namespace pgsql::auth
