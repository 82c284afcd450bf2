// crypt_setting.cpp: parses the method and cost of a crypt(5) hash.
#include "auth/crypt_setting.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace pgsql::auth {
namespace {

// crypt(3) would run at the cost that the row demands. A cost above about five seconds of one core
// is an attack or a mistake: it would delay all other logins.
constexpr unsigned most_rounds = 5'000'000;
constexpr unsigned most_bcrypt_cost = 15;
constexpr std::string_view rounds_word = "rounds=";
constexpr std::string_view alphabet =
    "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

struct form {
    std::string_view prefix;
    crypt_method method;
    const char* name;
};

constexpr form forms[] = {
    {"$6$", crypt_method::sha512, "SHA-512 crypt"},
    {"$5$", crypt_method::sha256, "SHA-256 crypt"},
    {"$2", crypt_method::bcrypt, "bcrypt"},
    {"$y$", crypt_method::yescrypt, "yescrypt"},
    {"$gy$", crypt_method::yescrypt, "yescrypt"},
    {"$7$", crypt_method::scrypt, "scrypt of crypt(5)"},
    {"$1$", crypt_method::md5, "MD5 crypt"},
    {"!", crypt_method::locked, "locked"},
    {"*", crypt_method::locked, "locked"},
    {"$", crypt_method::other, "another crypt(5) hash"}, // $sha1$, $md5: not recommended
    {"_", crypt_method::extended_des, "DES crypt"},
    {"", crypt_method::des, "DES crypt"}};

crypt_method method_of(std::string_view text)
{
    return std::find_if(std::begin(forms), std::end(forms),
                        [&](const form& one) { return text.starts_with(one.prefix); })
        ->method;
}

// The number before a $, if it is at most `limit`.
std::optional<unsigned> number_at(std::string_view text, std::size_t at, unsigned limit)
{
    unsigned value = 0;
    const char* const end = text.data() + text.size();
    const auto read = std::from_chars(text.data() + std::min(at, text.size()), end, value);
    const bool good = read.ec == std::errc() && read.ptr != end && *read.ptr == '$';
    return good && value <= limit ? std::optional(value) : std::nullopt;
}

// crypt(5): $y$j<N><r>…, each a digit of the alphabet: 2^(N+1) blocks of 128 (r+1) bytes. Nothing
// if the memory cannot be parsed or is unusually large.
std::optional<std::size_t> yescrypt_kib(std::string_view text)
{
    const auto at = text.find('$', 1) + 2;
    // More parameters than N and r would raise the cost.
    if (at + 2 >= text.size() || text[at + 2] != '$' ||
        alphabet.find(text[at - 1]) == std::string_view::npos)
        return std::nullopt;
    const auto n = alphabet.find(text[at]);
    const auto r = alphabet.find(text[at + 1]);
    if (n > alphabet.find('F') || r > alphabet.find('T'))
        return std::nullopt;
    return (std::size_t{1} << (n + 1)) * 128 * (r + 1) / 1024;
}

// $7$N: a digit for the exponent of N, then r and p of five digits each, the least significant
// first (libxcrypt, lib/crypt-scrypt.c).
constexpr std::size_t scrypt_head = 14;

scrypt_cost scrypt_cost_of(std::string_view text)
{
    const auto number = [&](std::size_t at, unsigned digits) -> std::uint32_t {
        std::uint32_t out = 0;
        for (unsigned i = 0; i < digits; ++i) {
            const auto digit = alphabet.find(text[at + i]);
            if (digit == std::string_view::npos)
                return 0;
            out |= static_cast<std::uint32_t>(digit) << (6 * i);
        }
        return out;
    };
    if (text.size() < scrypt_head)
        return {};
    return {power_of_2(number(3, 1)), number(4, 5), number(9, 5)};
}

// Each round of SHA-crypt hashes the last digest and, on average, 6/7 + 1 times the password and
// 2/3 of the salt (Drepper, "Unix crypt using SHA-256 and SHA-512", steps 21a to 21h).
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

} // namespace

crypt_setting::crypt_setting(std::string_view text) : method_(method_of(text))
{
    const auto to_dollar = [&](std::size_t from) { // inclusive; empty if there is none
        return text.substr(0, text.find('$', from) + 1);
    };
    switch (method_) {
    case crypt_method::bcrypt:
        if (text.size() > 7 && text[3] == '$' && text[6] == '$')
            rounds_ = number_at(text, 4, most_bcrypt_cost);
        if (rounds_)
            text_ = text.substr(0, 7);
        break;
    case crypt_method::yescrypt:
        kib_ = yescrypt_kib(text);
        text_ = to_dollar(text.find('$', 1) + 1);
        break;
    case crypt_method::sha256:
    case crypt_method::sha512: {
        const bool named = text.substr(3).starts_with(rounds_word);
        rounds_ = named ? number_at(text, 3 + rounds_word.size(), most_rounds) : 5000;
        text_ = named ? to_dollar(3) : text.substr(0, 3);
        break;
    }
    case crypt_method::scrypt:
        scrypt_ = scrypt_cost_of(text);
        text_ = text.substr(0, scrypt_head);
        break;
    case crypt_method::md5:
        text_ = text.substr(0, 3);
        break;
    case crypt_method::des:
    case crypt_method::extended_des:
    case crypt_method::locked:
    case crypt_method::other:
        break;
    }
}

std::string crypt_setting::name() const
{
    if (method_ == crypt_method::bcrypt)
        return rounds_ ? "bcrypt " + text_.substr(4, 2) : "bcrypt, not readable";
    return std::find_if(std::begin(forms), std::end(forms),
                        [&](const form& one) { return one.method == method_; })
        ->name;
}

std::optional<hash_cost> crypt_setting::cost(std::size_t password_length) const
{
    switch (method_) {
    case crypt_method::sha256:
    case crypt_method::sha512:
        if (rounds_)
            return hash_cost{
                sha_crypt_milliseconds(*rounds_, method_ == crypt_method::sha512, password_length)};
        break;
    case crypt_method::bcrypt:
        if (rounds_)
            return hash_cost{std::exp2(*rounds_) * 0.1};
        break;
    case crypt_method::yescrypt:
        if (kib_)
            return hash_cost{static_cast<double>(*kib_) / 700, *kib_};
        break;
    case crypt_method::scrypt:
        if (error_in(scrypt_) == nullptr)
            return cost_of(scrypt_);
        break;
    case crypt_method::md5: // cheap with any password that crypt(3) accepts
    case crypt_method::des:
        return hash_cost{};
    case crypt_method::extended_des:
    case crypt_method::locked:
    case crypt_method::other:
        break;
    }
    return std::nullopt;
}

} // namespace pgsql::auth
