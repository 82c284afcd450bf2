// hash_format.cpp: the format and cost of new password hashes, as an application reads them.
#include "auth/hash_format.hpp"

#include "auth/base64.hpp"
#include "auth/digest.hpp"

#include <crypt.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <string.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <climits>
#include <cmath>
#include <stdexcept>

namespace pgsql::auth {

struct hash_format::form {
    enum class family : char { argon2, bcrypt, pbkdf2, scrypt };
    enum class spelling : char { plain, django, passlib, werkzeug };

    std::string_view name;
    family algorithm;
    std::string_view prefix; ///< up to the cost
    spelling spelled = spelling::plain;
    const EVP_MD* (*digest)() = nullptr; ///< of PBKDF2
};

namespace {

using form = hash_format::form;
using family = form::family;
using spelling = form::spelling;

constexpr form forms[] = {
    {"argon2id", family::argon2, ""},
    {"django-argon2", family::argon2, "argon2"},
    {"nextcloud", family::argon2, "3|"},
    {"bcrypt", family::bcrypt, "$2b$"},
    {"php-bcrypt", family::bcrypt, "$2y$"},
    {"django-bcrypt", family::bcrypt, "bcrypt$$2b$"},
    {"spring-bcrypt", family::bcrypt, "{bcrypt}$2b$"},
    {"django-pbkdf2", family::pbkdf2, "pbkdf2_sha256$", spelling::django, EVP_sha256},
    {"passlib-pbkdf2", family::pbkdf2, "$pbkdf2-sha512$", spelling::passlib, EVP_sha512},
    {"werkzeug-pbkdf2", family::pbkdf2, "pbkdf2:sha256:", spelling::werkzeug, EVP_sha256},
    {"django-scrypt", family::scrypt, "scrypt$", spelling::django},
    {"werkzeug-scrypt", family::scrypt, "scrypt:", spelling::werkzeug}};

constexpr unsigned default_rounds = 600'000;
constexpr unsigned default_bcrypt_cost = 12;
constexpr std::size_t bcrypt_bytes = 72; // that bcrypt reads
constexpr std::size_t scrypt_key = 64;

// Below them a hash is quickly guessed; above, it is not verified.
struct range {
    unsigned least;
    unsigned most;
};
constexpr range bcrypt_costs = {4, 15};
constexpr range pbkdf2_rounds = {1000, 5'000'000};

unsigned number_of(std::string_view word, std::string_view text)
{
    unsigned out = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
    if (error != std::errc() || end != text.data() + text.size())
        throw std::invalid_argument("\"" + std::string(word) + "\": expected a whole number");
    return out;
}

unsigned within(const range& limits, std::string_view name, unsigned number)
{
    if (number < limits.least || number > limits.most)
        throw std::invalid_argument(std::string(name) + " must be from " +
                                    std::to_string(limits.least) + " to " +
                                    std::to_string(limits.most));
    return number;
}

std::string random_bytes(std::size_t size)
{
    std::string out(size, '\0');
    if (RAND_bytes(reinterpret_cast<unsigned char*>(out.data()), static_cast<int>(size)) != 1)
        throw std::runtime_error("cannot generate a random salt for a new password hash");
    return out;
}

std::string padded_base64(std::string_view bytes)
{
    std::string out;
    append_base64(out, bytes);
    out.append((4 - out.size() % 4) % 4, '=');
    return out;
}

std::string adapted_base64(std::string_view bytes)
{
    std::string out;
    append_base64(out, bytes);
    std::replace(out.begin(), out.end(), '+', '.');
    return out;
}

secret with(std::string_view password, const secret* pepper)
{
    std::string text;
    text.reserve(password.size() + bcrypt_bytes);
    text.append(password);
    if (pepper != nullptr)
        text.append(std::string_view(pepper->reveal()).substr(0, bcrypt_bytes - password.size()));
    secret out(text);
    explicit_bzero(text.data(), text.size());
    return out;
}

std::string bcrypt(const form& row, unsigned cost, const secret& password)
{
    const std::string salt = random_bytes(16);
    const std::string prefix(row.prefix.substr(row.prefix.size() - 4)); // $2b$
    std::array<char, CRYPT_GENSALT_OUTPUT_SIZE> setting{};
    const auto data = std::make_unique<crypt_data>();
    const char* const made =
        crypt_gensalt_rn(prefix.c_str(), cost, salt.data(), static_cast<int>(salt.size()),
                         setting.data(), static_cast<int>(setting.size())) != nullptr
            ? crypt_r(password.reveal().c_str(), setting.data(), data.get())
            : nullptr;
    std::string out = made != nullptr && made[0] == '$'
                          ? std::string(row.prefix.substr(0, row.prefix.size() - 4)) + made
                          : "";
    explicit_bzero(data.get(), sizeof *data);
    if (out.empty())
        throw std::runtime_error("crypt(3) cannot hash a new password");
    return out;
}

std::string pbkdf2(const form& row, unsigned rounds, std::string_view password)
{
    const EVP_MD* const digest = row.digest();
    const std::string bytes = random_bytes(16);
    // Some programs use the characters of the salt as they are written.
    const std::string salt = row.spelled == spelling::passlib ? bytes : hex_digits(bytes).reveal();
    std::string key(static_cast<std::size_t>(EVP_MD_get_size(digest)), '\0');
    if (password.size() > INT_MAX ||
        PKCS5_PBKDF2_HMAC(password.data(), static_cast<int>(password.size()),
                          reinterpret_cast<const unsigned char*>(salt.data()),
                          static_cast<int>(salt.size()), static_cast<int>(rounds), digest,
                          static_cast<int>(key.size()),
                          reinterpret_cast<unsigned char*>(key.data())) != 1)
        throw std::runtime_error("OpenSSL cannot hash a new password");
    const std::string head = std::string(row.prefix) + std::to_string(rounds) + "$";
    switch (row.spelled) {
    case spelling::passlib:
        return head + adapted_base64(salt) + "$" + adapted_base64(key);
    case spelling::werkzeug:
        return head + salt + "$" + hex_digits(key).reveal();
    case spelling::django:
    case spelling::plain:
        break;
    }
    return head + salt + "$" + padded_base64(key);
}

std::string scrypt(const form& row, const scrypt_cost& cost, std::string_view password)
{
    const std::string salt = hex_digits(random_bytes(16)).reveal();
    std::string key(scrypt_key, '\0');
    if (EVP_PBE_scrypt(password.data(), password.size(),
                       reinterpret_cast<const unsigned char*>(salt.data()), salt.size(), cost.n,
                       cost.r, cost.p, scrypt_memory_limit,
                       reinterpret_cast<unsigned char*>(key.data()), key.size()) != 1)
        throw std::runtime_error("no memory for scrypt of a new password");
    const std::string n = std::string(row.prefix) + std::to_string(cost.n);
    const std::string r = std::to_string(cost.r);
    const std::string p = std::to_string(cost.p);
    return row.spelled == spelling::django
               ? n + "$" + salt + "$" + r + "$" + p + "$" + padded_base64(key)
               : n + ":" + r + ":" + p + "$" + salt + "$" + hex_digits(key).reveal();
}

} // namespace

hash_format::hash_format(std::string_view words) : form_(&forms[0])
{
    std::string argon2_words; // what its own parser reads
    const auto each = [&](const auto& read) {
        for (std::string_view left = words; !left.empty();) {
            const auto word = left.substr(0, left.find(' '));
            const auto name = word.substr(0, word.find('=') + 1);
            read(word, name, word.substr(name.size()));
            left.remove_prefix(std::min(left.size(), word.size() + 1));
        }
    };
    each([&](auto word, auto name, auto value) {
        if (name != "format=")
            return;
        form_ = std::find_if(std::begin(forms), std::end(forms),
                             [&](const form& one) { return one.name == value; });
        if (form_ == std::end(forms)) {
            std::string known;
            for (const form& one : forms)
                known += (known.empty() ? "" : ", ") + std::string(one.name);
            throw std::invalid_argument("\"" + std::string(word) + "\": expected one of " + known);
        }
    });
    const family algorithm = form_->algorithm;
    number_ = algorithm == family::bcrypt ? default_bcrypt_cost : default_rounds;
    each([&](auto word, auto name, auto value) {
        if (name == "format=")
            return;
        if (algorithm == family::argon2)
            argon2_words += (argon2_words.empty() ? "" : " ") + std::string(word);
        else if (algorithm == family::bcrypt && name == "cost=")
            number_ = within(bcrypt_costs, "cost", number_of(word, value));
        else if (algorithm == family::pbkdf2 && name == "rounds=")
            number_ = within(pbkdf2_rounds, "rounds", number_of(word, value));
        else if (algorithm == family::scrypt && name == "N=")
            scrypt_.n = number_of(word, value);
        else if (algorithm == family::scrypt && name == "r=")
            scrypt_.r = number_of(word, value);
        else if (algorithm == family::scrypt && name == "p=")
            scrypt_.p = number_of(word, value);
        else
            throw std::invalid_argument("\"" + std::string(word) + "\": not an option of " +
                                        std::string(form_->name));
    });
    argon2_ = parse_argon2_cost(argon2_words);
    if (const char* const reason = error_in(scrypt_))
        throw std::invalid_argument(reason);
}

hash_cost hash_format::cost() const
{
    switch (form_->algorithm) {
    case family::argon2:
        return cost_of(argon2_);
    case family::bcrypt:
        return {std::exp2(number_) * 0.1};
    case family::scrypt:
        return cost_of(scrypt_);
    case family::pbkdf2:
        break;
    }
    return {number_ * 0.0008};
}

const char* hash_format::problem(std::string_view password) const noexcept
{
    if (form_->algorithm != family::bcrypt)
        return nullptr;
    if (password.size() > bcrypt_bytes)
        return "a password of more than 72 bytes, which bcrypt does not read";
    return password.find('\0') != std::string_view::npos
               ? "a password with a NUL, which bcrypt does not read"
               : nullptr;
}

secret hash_format::make(std::string_view password, const secret* pepper, unsigned threads) const
{
    if (form_->algorithm == family::argon2 && form_->prefix.empty())
        return make_argon2id(password, argon2_, threads);
    std::string text;
    switch (form_->algorithm) {
    case family::argon2:
        text = std::string(form_->prefix) + make_argon2id(password, argon2_, threads).reveal();
        break;
    case family::bcrypt:
        text = bcrypt(*form_, number_, with(password, pepper));
        break;
    case family::pbkdf2:
        text = pbkdf2(*form_, number_, password);
        break;
    case family::scrypt:
        text = scrypt(*form_, scrypt_, password);
        break;
    }
    secret out(text);
    explicit_bzero(text.data(), text.size());
    return out;
}

} // namespace pgsql::auth
