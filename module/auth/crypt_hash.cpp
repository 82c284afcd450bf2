// crypt_hash.cpp: hashes of crypt(5), bare or after {CRYPT}.
#include "auth/hash_schemes.hpp"

#include <crypt.h>
#include <openssl/crypto.h>
#include <string.h>

#include <algorithm>
#include <charconv>
#include <cmath>

namespace pgsql::login {
namespace {

// slapd runs crypt(3) at the cost that the row demands. More than some five seconds of a core are
// an attack or a mistake: all other logins would have to wait.
constexpr unsigned most_rounds = 5'000'000;
constexpr unsigned most_bcrypt_cost = 15;
// The same bound for SHA-crypt with a long password: its rounds read all of it.
constexpr double most_milliseconds = 6000;

enum class method : char { sha256, sha512, bcrypt, yescrypt, md5, des, locked, other };

struct method_name {
    std::string_view prefix;
    method is;
    const char* name;
};

constexpr method_name methods[] = {
    {"$6$", method::sha512, "SHA-512 crypt"},
    {"$5$", method::sha256, "SHA-256 crypt"},
    {"$2", method::bcrypt, "bcrypt"},
    {"$y$", method::yescrypt, "yescrypt"},
    {"$gy$", method::yescrypt, "yescrypt"},
    {"$1$", method::md5, "MD5 crypt"},
    {"!", method::locked, "locked"},
    {"*", method::locked, "locked"},
    {"$", method::other, "another crypt(5) hash"}, // $7$, $sha1$, $md5: no longer recommended
    {"_", method::other, "DES crypt"},
    {"", method::des, "DES crypt"}};

const method_name& method_of(std::string_view text)
{
    return *std::find_if(std::begin(methods), std::end(methods),
                         [&](const method_name& one) { return text.starts_with(one.prefix); });
}

// The number that ends with a $.
std::optional<unsigned> number_at(std::string_view text, std::size_t at)
{
    unsigned value = 0;
    const char* const end = text.data() + text.size();
    const auto read = std::from_chars(text.data() + std::min(at, text.size()), end, value);
    return read.ec == std::errc() && read.ptr != end && *read.ptr == '$' ? std::optional(value)
                                                                         : std::nullopt;
}

// crypt(5): $y$j<N><r>…, each a digit of the alphabet: 2^(N+1) blocks of 128 (r+1) bytes. Nothing
// if the memory cannot be read, or is more than anyone uses.
std::optional<std::size_t> yescrypt_kib(std::string_view text)
{
    constexpr std::string_view alphabet =
        "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    const auto at = text.find('$', 1) + 2;
    // More parameters than N and r would raise the cost.
    if (at + 2 >= text.size() || text[at + 2] != '$')
        return std::nullopt;
    const auto n = alphabet.find(text[at]);
    const auto r = alphabet.find(text[at + 1]);
    if (n > alphabet.find('F') || r > alphabet.find('T'))
        return std::nullopt;
    return (std::size_t{1} << (n + 1)) * 128 * (r + 1) / 1024;
}

// Each round of SHA-crypt hashes the last digest, and on average 6/7 + 1 times the password and 2/3
// of the salt (Drepper, "Unix crypt using SHA-256 and SHA-512", steps 21a to 21h).
double sha_crypt_milliseconds(unsigned rounds, bool sha512, std::size_t password_length)
{
    constexpr double longest_salt = 16;
    const double digest = sha512 ? 64 : 32;
    const double block = sha512 ? 128 : 64;
    const double end_of_message = sha512 ? 17 : 9;
    const double bytes = digest + static_cast<double>(password_length) * 13 / 7 +
                         longest_salt * 2 / 3 + end_of_message;
    const double blocks = bytes / block + 0.5; // the last one is half full on average
    return rounds * blocks * (sha512 ? 0.0006 : 0.00045);
}

constexpr std::string_view rounds_word = "rounds=";

// Rounds of SHA-crypt or the logarithm of those of bcrypt. Nothing if they cannot be read or are
// too many.
std::optional<unsigned> rounds_of(std::string_view text, method how)
{
    std::optional<unsigned> out;
    if (how == method::bcrypt) {
        if (text.size() > 7 && text[3] == '$' && text[6] == '$')
            out = number_at(text, 4);
        return out && *out <= most_bcrypt_cost ? out : std::nullopt;
    }
    if (how != method::sha256 && how != method::sha512)
        return std::nullopt;
    out = text.substr(3).starts_with(rounds_word) ? number_at(text, 3 + rounds_word.size()) : 5000;
    return out && *out <= most_rounds ? out : std::nullopt;
}

class crypt_hash final : public password_hash {
public:
    crypt_hash(std::string_view stored, std::size_t prefix)
        : password_hash(stored), prefix_(prefix), method_(method_of(text())),
          rounds_(rounds_of(text(), method_.is)), usual_(cost_with(usual_length))
    {}

    [[nodiscard]] std::string scheme() const override
    {
        if (method_.is != method::bcrypt)
            return method_.name;
        return rounds_ ? "bcrypt " + std::string(text().substr(4, 2)) : "bcrypt, not readable";
    }

    [[nodiscard]] hash_cost cost(std::size_t password_length) const override
    {
        if (defect() != nullptr || precheck_length(password_length))
            return {};
        return cost_with(password_length).value_or(hash_cost{});
    }

private:
    [[nodiscard]] std::string_view text() const
    {
        return std::string_view(stored().reveal()).substr(prefix_);
    }

    // Nothing for a cost that cannot be read or is too high, and for methods without a known bound.
    [[nodiscard]] std::optional<hash_cost> cost_with(std::size_t password_length) const
    {
        switch (method_.is) {
        case method::sha256:
        case method::sha512:
            if (rounds_)
                return hash_cost{sha_crypt_milliseconds(*rounds_, method_.is == method::sha512,
                                                        password_length)};
            return std::nullopt;
        case method::bcrypt:
            return rounds_ ? std::optional(hash_cost{std::exp2(*rounds_) * 0.1}) : std::nullopt;
        case method::yescrypt:
            if (const auto kib = yescrypt_kib(text()))
                return hash_cost{static_cast<double>(*kib) / 700, *kib};
            return std::nullopt;
        case method::md5: // these are cheap with any password that crypt(3) takes
        case method::des:
            return hash_cost{};
        case method::locked:
        case method::other:
            break;
        }
        return std::nullopt;
    }

    [[nodiscard]] const char* defect() const override
    {
        if (text().empty() || method_.is == method::locked)
            return "a locked or disabled crypt(5) value";
        return usual_ ? nullptr : "a crypt(5) hash with an absurd or unreadable cost";
    }

    [[nodiscard]] std::optional<outcome> precheck_length(std::size_t password_length) const override
    {
        // crypt(3) takes no longer passwords, and computes nothing for them.
        if (password_length >= CRYPT_MAX_PASSPHRASE_SIZE)
            return outcome{verdict::mismatch, ""};
        if (cost_with(password_length).value_or(hash_cost{}).milliseconds > most_milliseconds)
            return outcome{verdict::refused,
                           "a crypt(5) hash that costs too much with a password of this length"};
        return std::nullopt;
    }

    [[nodiscard]] outcome compute(std::string_view password, unsigned) const override
    {
        // crypt(3) would read the part before the NUL only.
        if (password.find('\0') != std::string_view::npos)
            return {verdict::mismatch, ""};
        const secret phrase(password);
        const auto data = std::make_unique<crypt_data>();
        const char* computed = crypt_r(phrase.reveal().c_str(), text().data(), data.get());
        outcome out{verdict::mismatch, ""};
        if (computed == nullptr || computed[0] == '*')
            out = {verdict::refused, "a hash that crypt(3) does not know"};
        else if (strlen(computed) == text().size() &&
                 CRYPTO_memcmp(computed, text().data(), text().size()) == 0)
            out = {verdict::match, ""};
        explicit_bzero(data.get(), sizeof *data);
        return out;
    }

    [[nodiscard]] std::string dummy_text() const override
    {
        const auto to_dollar = [&](std::size_t from) { // and with it; nothing if there is none
            return std::string(text().substr(0, text().find('$', from) + 1));
        };
        switch (method_.is) {
        case method::bcrypt: // 22 characters of salt, 31 of hash
            return std::string(text().substr(0, 7)) +
                   "backpgsqldecoysalt....0000000000000000000000000000000";
        case method::yescrypt:
            return to_dollar(text().find('$', 1) + 1) +
                   "backpgsqldecoysalt....$0000000000000000000000000000000000000000000";
        case method::sha256:
        case method::sha512:
        case method::md5:
            return (text().substr(3).starts_with(rounds_word) ? to_dollar(3) : to_dollar(1)) +
                   "decoydec$0000000000000000000000";
        default:
            return {};
        }
    }

    const std::size_t prefix_; ///< length of {CRYPT}, if it is there
    const method_name& method_;
    const std::optional<unsigned> rounds_;
    const std::optional<hash_cost> usual_;
};

} // namespace

parsed_hash parse_crypt_hash(std::string_view stored)
{
    constexpr std::string_view prefix = "{CRYPT}";
    if (has_prefix(stored, prefix))
        return std::make_unique<crypt_hash>(stored, prefix.size());
    return stored.starts_with('$') ? std::make_unique<crypt_hash>(stored, 0) : nullptr;
}

} // namespace pgsql::login
