// password_hash.cpp: turns a stored password hash and a presented password into a verdict.
#include "auth/password_hash.hpp"

#include "auth/foreign_hash.hpp"
#include "auth/pbkdf2.hpp"

#include <crypt.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <memory>

namespace pgsql::login {
namespace {

// A check runs inside slapd with whatever the row demands. What a core works on for more than some
// five seconds is an attack or a mistake: everybody behind it would wait in vain.
constexpr unsigned most_crypt_rounds = 5'000'000;
constexpr unsigned most_bcrypt_cost = 15;
constexpr unsigned most_pbkdf2_rounds = 5'000'000;
// The same bound for SHA-crypt with a long password: its rounds read all of it.
constexpr double most_milliseconds = 6000;
constexpr std::size_t longest_hash = 1024;

constexpr outcome refuse(const char* why) { return {verdict::refused, why}; }

bool begins_without_case(std::string_view text, std::string_view prefix)
{
    return text.size() >= prefix.size() &&
           std::equal(prefix.begin(), prefix.end(), text.begin(), [](char a, char b) {
               return a == (b >= 'a' && b <= 'z' ? b - 'a' + 'A' : b);
           });
}

bool same(std::string_view a, std::string_view b) // without telling by its time how far they agree
{
    if (a.size() != b.size())
        return false;
    unsigned char difference = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
        difference = static_cast<unsigned char>(difference | (a[i] ^ b[i]));
    return difference == 0;
}

// A stored value without the prefix that slapd would want before it.
struct stored_hash {
    enum class kind : char { argon2, crypt, pbkdf2, slapds, none } what;
    std::string_view text;
};

stored_hash look_into(std::string_view stored)
{
    using kind = stored_hash::kind;
    if (begins_without_case(stored, "{CRYPT}"))
        return {kind::crypt, stored.substr(7)};
    if (begins_without_case(stored, "{ARGON2}"))
        stored.remove_prefix(8);
    else if (is_pbkdf2(stored))
        return {kind::pbkdf2, stored};
    else if (stored.starts_with('{'))
        return {kind::slapds, stored};
    if (stored.starts_with("$argon2"))
        return {kind::argon2, stored};
    return {stored.starts_with('$') ? kind::crypt : kind::none, stored};
}

std::optional<outcome> settled_argon2(std::string_view stored)
{
    const auto cost = read_argon2_cost(stored);
    if (!cost)
        return refuse("an argon2 hash without readable parameters m, t and p");
    if (const char* why = problem_of(*cost))
        return refuse(why);
    if (!read_argon2(stored))
        return refuse("a damaged argon2 hash");
    return std::nullopt;
}

outcome check_argon2(std::string_view stored, std::string_view password, unsigned threads)
{
    switch (verify_argon2(*read_argon2(stored), password, threads)) {
    case ARGON2_OK:
        return {verdict::match, ""};
    case ARGON2_VERIFY_MISMATCH:
        return {verdict::mismatch, ""};
    case ARGON2_MEMORY_ALLOCATION_ERROR:
        return {verdict::busy, "no memory for an argon2 check"};
    case ARGON2_THREAD_FAIL:
        return {verdict::busy, "no thread for an argon2 check"};
    default:
        return refuse("an argon2 hash that libargon2 does not take");
    }
}

std::optional<outcome> settled_pbkdf2(std::string_view stored)
{
    const auto hash = read_pbkdf2(stored);
    if (!hash || hash->rounds > most_pbkdf2_rounds)
        return refuse("a {PBKDF2} hash with an absurd or unreadable number of rounds");
    return std::nullopt;
}

outcome check_pbkdf2(std::string_view stored, std::string_view password)
{
    const auto fits = verify_pbkdf2(*read_pbkdf2(stored), password);
    if (!fits)
        return refuse("a damaged {PBKDF2} hash");
    return {*fits ? verdict::match : verdict::mismatch, ""};
}

// crypt(5): $y$j<N><r>…, each a digit of the alphabet: 2^(N+1) blocks of 128 (r+1) bytes. Nothing
// where the memory cannot be read, or is more than anybody uses.
std::optional<std::size_t> yescrypt_kib(std::string_view stored)
{
    constexpr std::string_view alphabet =
        "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    const auto at = stored.find('$', 1) + 2;
    // More parameters than N and r would make it more expensive.
    if (at + 2 >= stored.size() || stored[at + 2] != '$' ||
        alphabet.find(stored[at - 1]) == std::string_view::npos)
        return std::nullopt;
    const auto n = alphabet.find(stored[at]);
    const auto r = alphabet.find(stored[at + 1]);
    if (n > alphabet.find('F') || r > alphabet.find('T'))
        return std::nullopt;
    return (std::size_t{1} << (n + 1)) * 128 * (r + 1) / 1024;
}

bool is_yescrypt(std::string_view stored)
{
    return stored.starts_with("$y$") || stored.starts_with("$gy$");
}

// crypt(3) takes no longer passwords, and computes nothing for them.
bool too_long_for_crypt(std::size_t password_length)
{
    return password_length >= CRYPT_MAX_PASSPHRASE_SIZE;
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

// What a check by crypt(3) costs, by what stands where crypt(5) says that each method has its cost;
// nothing for a cost that is absurd or not to be read, and for methods whose cost has no bound
// here.
std::optional<expense> crypt_expense(std::string_view stored, std::size_t password_length)
{
    unsigned value = 0;
    const auto number_at = [&](std::size_t at) {
        const char* const end = stored.data() + stored.size();
        const auto read = std::from_chars(stored.data() + std::min(at, stored.size()), end, value);
        return read.ec == std::errc() && read.ptr != end && *read.ptr == '$';
    };
    if (stored.starts_with("$5$") || stored.starts_with("$6$")) {
        constexpr std::string_view rounds = "rounds=";
        value = 5000;
        if (stored.substr(3).starts_with(rounds) &&
            (!number_at(3 + rounds.size()) || value > most_crypt_rounds))
            return std::nullopt;
        return expense{sha_crypt_milliseconds(value, stored[1] == '6', password_length), 0, 1};
    }
    if (stored.starts_with("$2"))
        return stored.size() > 7 && stored[3] == '$' && stored[6] == '$' && number_at(4) &&
                       value <= most_bcrypt_cost
                   ? std::optional(expense{std::exp2(value) * 0.1, 0, 1})
                   : std::nullopt;
    if (is_yescrypt(stored)) {
        const auto kib = yescrypt_kib(stored);
        return kib ? std::optional(expense{static_cast<double>(*kib) / 700, *kib, 1})
                   : std::nullopt;
    }
    // MD5, with any password that crypt(3) takes, and the old DES are cheap, and all others ($7$,
    // $sha1$, $md5, _) are gone from crypt(3)'s list of what to use.
    if (stored.starts_with("$1$") || (!stored.empty() && stored[0] != '$' && stored[0] != '_'))
        return expense{};
    return std::nullopt;
}

std::optional<outcome> settled_crypt(std::string_view stored, std::size_t password_length)
{
    if (stored.empty() || stored[0] == '*' || stored[0] == '!')
        return refuse("a locked or disabled crypt(5) value");
    const auto usual = crypt_expense(stored, usual_length);
    if (!usual)
        return refuse("a crypt(5) hash with an absurd or unreadable cost");
    if (too_long_for_crypt(password_length))
        return outcome{verdict::mismatch, ""};
    if (crypt_expense(stored, password_length).value_or(*usual).milliseconds > most_milliseconds)
        return refuse("a crypt(5) hash that costs too much with a password of this length");
    return std::nullopt;
}

outcome check_crypt(std::string_view hash, std::string_view password)
{
    // crypt(3) would look at the part before the NUL only.
    if (password.find('\0') != std::string_view::npos)
        return {verdict::mismatch, ""};
    const secret bare(hash);
    const std::string& stored = bare.reveal();
    const secret phrase(password);
    const auto data = std::make_unique<crypt_data>();
    const char* computed = crypt_r(phrase.reveal().c_str(), stored.c_str(), data.get());
    outcome out{verdict::mismatch, ""};
    if (computed == nullptr || computed[0] == '*')
        out = refuse("a hash that crypt(3) does not know");
    else if (same(computed, stored))
        out = {verdict::match, ""};
    explicit_bzero(data.get(), sizeof *data);
    return out;
}

} // namespace

std::optional<outcome> settled(const secret& stored, std::size_t password_length)
{
    if (stored.reveal().size() > longest_hash)
        return refuse("a hash of more than 1024 characters");
    if (const foreign_hash* other = foreign_hash_of(stored.reveal()))
        return refuse(other->reason);
    const stored_hash hash = look_into(stored.reveal());
    switch (hash.what) {
    case stored_hash::kind::argon2:
        return settled_argon2(hash.text);
    case stored_hash::kind::crypt:
        return settled_crypt(hash.text, password_length);
    case stored_hash::kind::pbkdf2:
        return settled_pbkdf2(hash.text);
    case stored_hash::kind::slapds:
        return outcome{verdict::slapds, ""};
    case stored_hash::kind::none:
        break;
    }
    return refuse(stored.empty() ? "an empty password column"
                                 : "a value that is no known kind of hash");
}

outcome check(const secret& stored, std::string_view password, unsigned threads)
{
    if (const auto known = settled(stored, password.size()))
        return *known;
    const stored_hash hash = look_into(stored.reveal());
    if (hash.what == stored_hash::kind::argon2)
        return check_argon2(hash.text, password, threads);
    return hash.what == stored_hash::kind::pbkdf2 ? check_pbkdf2(hash.text, password)
                                                  : check_crypt(hash.text, password);
}

expense expense_of(const argon2_cost& cost)
{
    return {cost.memory_kib * 1.0 * cost.passes / 430, cost.memory_kib, std::max(1U, cost.lanes)};
}

expense expense_of(std::string_view stored, std::size_t password_length)
{
    const stored_hash hash = look_into(stored);
    if (hash.what == stored_hash::kind::argon2)
        return expense_of(read_argon2_cost(hash.text).value_or(argon2_cost{0, 0, 0}));
    if (hash.what == stored_hash::kind::pbkdf2) {
        const auto read = read_pbkdf2(hash.text);
        return {read ? read->rounds * 0.0008 : 0, 0, 1};
    }
    if (hash.what != stored_hash::kind::crypt || settled_crypt(hash.text, password_length))
        return {};
    return crypt_expense(hash.text, password_length).value_or(expense{});
}

std::string cost_of(std::string_view stored)
{
    stored = look_into(stored).text;
    if (const auto hash = read_pbkdf2(stored))
        return std::string(hash->head);
    if (stored.starts_with("$argon2")) {
        const auto parameters = stored.find("$m=");
        const auto end =
            parameters == std::string_view::npos ? parameters : stored.find('$', parameters + 1);
        return end == std::string_view::npos ? std::string()
                                             : std::string(stored.substr(0, end + 1));
    }
    if (stored.starts_with("$2") && stored.size() > 7)
        return std::string(stored.substr(0, 7));
    if (is_yescrypt(stored)) {
        const auto end = stored.find('$', stored.find('$', 1) + 1);
        return end == std::string_view::npos ? std::string()
                                             : std::string(stored.substr(0, end + 1));
    }
    if (stored.starts_with("$5$rounds=") || stored.starts_with("$6$rounds=")) {
        const auto end = stored.find('$', 4);
        return end == std::string_view::npos ? std::string()
                                             : std::string(stored.substr(0, end + 1));
    }
    if (stored.starts_with("$1$") || stored.starts_with("$5$") || stored.starts_with("$6$"))
        return std::string(stored.substr(0, 3));
    return {};
}

std::string scheme_of(std::string_view stored)
{
    if (stored.empty())
        return "none (NULL or empty)";
    if (const foreign_hash* other = foreign_hash_of(stored))
        return std::string(other->scheme());
    const stored_hash hash = look_into(stored);
    const std::string_view text = hash.text;
    switch (hash.what) {
    case stored_hash::kind::pbkdf2:
    case stored_hash::kind::slapds: {
        // What is long, strange or all there is between braces may be a password.
        const auto end = text.substr(0, 32).find('}');
        const auto name = text.substr(1, end == std::string_view::npos ? 0 : end - 1);
        const bool plain = std::all_of(name.begin(), name.end(), [](char c) {
            return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
                   c == '-' || c == '_' || c == '/';
        });
        return plain && !name.empty() && end + 1 < text.size() ? "{" + std::string(name) + "}"
                                                               : "an unknown {SCHEME}";
    }
    case stored_hash::kind::argon2: {
        const auto cost = read_argon2_cost(text);
        const std::string_view type = text.starts_with("$argon2id$")  ? "argon2id"
                                      : text.starts_with("$argon2i$") ? "argon2i"
                                      : text.starts_with("$argon2d$") ? "argon2d"
                                                                      : "argon2";
        return cost ? std::string(type) + " m=" + std::to_string(cost->memory_kib) +
                          " t=" + std::to_string(cost->passes) + " p=" + std::to_string(cost->lanes)
                    : "argon2, not readable";
    }
    case stored_hash::kind::crypt:
    case stored_hash::kind::none:
        break;
    }
    if (text.starts_with("!") || text.starts_with("*"))
        return "locked";
    if (text.starts_with("$2"))
        return settled_crypt(text, usual_length) ? "bcrypt, not readable"
                                                 : "bcrypt " + std::string(text.substr(4, 2));
    if (is_yescrypt(text))
        return "yescrypt";
    for (const auto& [prefix, name] :
         {std::pair("$6$", "SHA-512 crypt"), {"$5$", "SHA-256 crypt"}, {"$1$", "MD5 crypt"}})
        if (text.starts_with(prefix))
            return name;
    if (hash.what == stored_hash::kind::crypt)
        return text.starts_with('$') ? "another crypt(5) hash" : "DES crypt";
    return "no hash (plain text?)";
}

std::string decoy_like(std::string_view stored)
{
    const std::string cost = cost_of(stored);
    if (cost.starts_with("$argon2")) // 16 bytes of salt, 32 of hash, in base64 without padding
        return cost + "YmFjay1wZ3NxbC1kZWNveQ$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    if (cost.starts_with("$2")) // 22 characters of salt, 31 of hash
        return cost + "backpgsqldecoysalt....0000000000000000000000000000000";
    if (const auto hash = read_pbkdf2(cost))
        return pbkdf2_decoy(*hash);
    if (is_yescrypt(cost))
        return cost + "backpgsqldecoysalt....$0000000000000000000000000000000000000000000";
    if (!cost.empty())
        return cost + "decoydec$0000000000000000000000";
    return stored == default_cost ? std::string() : decoy_like(default_cost);
}

} // namespace pgsql::login
