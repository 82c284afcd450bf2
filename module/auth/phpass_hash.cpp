// phpass_hash.cpp: the portable hashes of phpass: $P$ (WordPress), $H$ (phpBB), and $S$ of Drupal
// with SHA-512.
#include "auth/hash_schemes.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <string.h>

#include <array>
#include <cmath>
#include <stdexcept>

namespace pgsql::auth {
namespace {

constexpr std::string_view alphabet =
    "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
constexpr std::size_t head_length = 4; // $P$ and a digit for the logarithm of the rounds
constexpr std::size_t salt_length = 8;
constexpr unsigned least_logarithm = 7; // PHPass and Drupal refuse less
constexpr unsigned most_logarithm = 22;
// A limit for long passwords, which every round reads.
constexpr double most_milliseconds = 6000;

struct variant {
    const EVP_MD* (*digest)();
    std::size_t length;           ///< of the stored text
    std::size_t longest_password; ///< longer ones are wrong
    double block_bytes;
    double block_milliseconds;
    const char* name;
};

constexpr variant md5 = {EVP_md5, 34, 4096, 64, 0.0001, "phpass"};
constexpr variant sha512 = {EVP_sha512, 55, 512, 128, 0.0002, "phpass SHA-512"};

class phpass_hash final : public password_hash {
public:
    phpass_hash(std::string_view stored, const variant& kind)
        : password_hash(stored), kind_(kind),
          logarithm_(stored.size() < head_length ? std::string_view::npos
                                                 : alphabet.find(stored[head_length - 1]))
    {}

    [[nodiscard]] std::string scheme() const override
    {
        return std::string(kind_.name) +
               (error_in_cost() == nullptr ? " " + std::to_string(logarithm_) : ", not readable");
    }

    [[nodiscard]] hash_cost cost(std::size_t password_length) const override
    {
        if (error_in_cost() != nullptr || precheck_length(password_length))
            return {};
        return {milliseconds(password_length)};
    }

private:
    [[nodiscard]] const char* error_in_cost() const
    {
        return logarithm_ < least_logarithm || logarithm_ > most_logarithm
                   ? "a phpass hash with an unsupported or unreadable number of rounds (less than "
                     "2^7 or more than 2^22)"
                   : nullptr;
    }

    [[nodiscard]] double milliseconds(std::size_t password_length) const
    {
        const auto digest = static_cast<double>(EVP_MD_get_size(kind_.digest()));
        // The last block is half full on average.
        const double blocks =
            (digest + static_cast<double>(password_length)) / kind_.block_bytes + 0.5;
        return std::exp2(logarithm_) * (blocks + 1) * kind_.block_milliseconds;
    }

    [[nodiscard]] const char* defect() const override
    {
        if (const char* const reason = error_in_cost())
            return reason;
        return stored().reveal().size() != kind_.length ||
                       stored().reveal().find_first_not_of(alphabet, head_length) !=
                           std::string::npos
                   ? "a damaged phpass hash"
                   : nullptr;
    }

    [[nodiscard]] std::optional<verification>
    precheck_length(std::size_t password_length) const override
    {
        if (password_length > kind_.longest_password)
            return verification{verdict::mismatch, ""};
        if (milliseconds(password_length) > most_milliseconds)
            return verification{verdict::refused,
                                "a phpass hash that costs too much with a password of this length"};
        return std::nullopt;
    }

    [[nodiscard]] verification compute(std::string_view password, unsigned) const override
    {
        const std::string_view text = stored().reveal();
        std::string computed = encoded(digest(text.substr(head_length, salt_length), password));
        const std::string_view expected = text.substr(head_length + salt_length);
        const bool fits = computed.size() >= expected.size() &&
                          CRYPTO_memcmp(computed.data(), expected.data(), expected.size()) == 0;
        explicit_bzero(computed.data(), computed.size());
        return {fits ? verdict::match : verdict::mismatch, ""};
    }

    // Of the salt and the password, then as often as the cost says of the last digest and the
    // password.
    [[nodiscard]] secret digest(std::string_view salt, std::string_view password) const
    {
        const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                              &EVP_MD_CTX_free);
        std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
        unsigned size = 0;
        const auto next = [&](const EVP_MD* type, const void* text, std::size_t length) {
            if (EVP_DigestInit_ex(context.get(), type, nullptr) != 1 ||
                EVP_DigestUpdate(context.get(), text, length) != 1 ||
                EVP_DigestUpdate(context.get(), password.data(), password.size()) != 1 ||
                EVP_DigestFinal_ex(context.get(), bytes.data(), &size) != 1)
                throw std::runtime_error("OpenSSL cannot compute phpass");
        };
        if (context == nullptr)
            throw std::bad_alloc();
        next(kind_.digest(), salt.data(), salt.size());
        for (std::uint32_t left = std::uint32_t{1} << logarithm_; left > 0; --left)
            next(nullptr, bytes.data(), size); // the same type, without looking for it again
        secret out({reinterpret_cast<const char*>(bytes.data()), size});
        explicit_bzero(bytes.data(), bytes.size());
        return out;
    }

    // Three bytes are four characters, the lowest bits first.
    [[nodiscard]] static std::string encoded(const secret& digest)
    {
        std::string out;
        out.reserve(2 * EVP_MAX_MD_SIZE);
        unsigned bits = 0;
        unsigned pending = 0;
        for (const char c : digest.reveal()) {
            bits |= static_cast<unsigned>(static_cast<unsigned char>(c)) << pending;
            for (pending += 8; pending >= 6; pending -= 6, bits >>= 6)
                out += alphabet[bits & 63];
        }
        if (pending > 0)
            out += alphabet[bits & 63];
        return out;
    }

    [[nodiscard]] std::string dummy_text() const override
    {
        if (error_in_cost() != nullptr)
            return {};
        std::string out = stored().reveal().substr(0, head_length) + "decoysal";
        out.resize(kind_.length, '.');
        return out;
    }

    const variant& kind_;
    const std::size_t logarithm_; ///< of the rounds
};

} // namespace

parsed_hash parse_phpass_hash(std::string_view stored)
{
    if (stored.starts_with("$P$") || stored.starts_with("$H$"))
        return std::make_unique<phpass_hash>(stored, md5);
    return stored.starts_with("$S$") ? std::make_unique<phpass_hash>(stored, sha512) : nullptr;
}

} // namespace pgsql::auth
