// password.cpp: turns a stored password hash and a presented password into a verdict.
#include "password.hpp"

#include <argon2.h>
#include <crypt.h>

#include <algorithm>
#include <charconv>
#include <memory>

namespace pgsql::login {
namespace {

// A check runs inside slapd with whatever the row demands; beyond these it is an attack or a
// mistake.
constexpr unsigned most_argon2_kib = 1024 * 1024;
constexpr unsigned most_argon2_passes = 64;
constexpr unsigned most_argon2_lanes = 64;
constexpr unsigned most_crypt_rounds = 10'000'000;
constexpr unsigned most_bcrypt_cost = 16;
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

bool number_after(std::string_view text, std::string_view name, unsigned& value)
{
    const auto at = text.find(name);
    if (at == std::string_view::npos)
        return false;
    const char* from = text.data() + at + name.size();
    return std::from_chars(from, text.data() + text.size(), value).ec == std::errc();
}

outcome check_argon2(const std::string& stored, std::string_view password)
{
    argon2_type type{};
    if (stored.starts_with("$argon2id$"))
        type = Argon2_id;
    else if (stored.starts_with("$argon2i$"))
        type = Argon2_i;
    else if (stored.starts_with("$argon2d$"))
        type = Argon2_d;
    else
        return refuse("an argon2 variant that does not exist");
    unsigned memory = 0;
    unsigned passes = 0;
    unsigned lanes = 0;
    if (!number_after(stored, "$m=", memory) || !number_after(stored, ",t=", passes) ||
        !number_after(stored, ",p=", lanes))
        return refuse("an argon2 hash without readable parameters m, t and p");
    if (memory > most_argon2_kib || passes > most_argon2_passes || lanes > most_argon2_lanes)
        return refuse("an argon2 hash with absurd parameters (more than m=1048576, t=64 or p=64)");
    const int result = argon2_verify(stored.c_str(), password.data(), password.size(), type);
    if (result == ARGON2_OK)
        return {verdict::match, ""};
    if (result == ARGON2_VERIFY_MISMATCH)
        return {verdict::mismatch, ""};
    if (result == ARGON2_MEMORY_ALLOCATION_ERROR)
        return refuse("no memory for an argon2 check");
    return refuse("a damaged argon2 hash");
}

bool affordable_crypt(std::string_view stored)
{
    unsigned value = 0;
    if (number_after(stored, "$rounds=", value))
        return value <= most_crypt_rounds;
    if (stored.starts_with("$2") && stored.size() > 6)
        return std::from_chars(stored.data() + 4, stored.data() + 6, value).ec == std::errc() &&
               value <= most_bcrypt_cost;
    if (stored.starts_with("$y$") || stored.starts_with("$gy$")) {
        // crypt(5): $y$j<log2 N>…, in the alphabet ./0-9A-Za-z; 'D' is N = 2^16, 64 MiB with the
        // usual r = 32… 512 MiB
        const auto at = stored.find('$', 1) + 2;
        constexpr std::string_view alphabet =
            "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
        return at < stored.size() && alphabet.find(stored[at]) <= alphabet.find('F');
    }
    return !stored.starts_with("$7$"); // scrypt: its memory is not bounded by anything we read
}

outcome check_crypt(const std::string& stored, std::string_view password)
{
    if (stored.empty() || stored[0] == '*' || stored[0] == '!')
        return refuse("a locked or disabled crypt(5) value");
    if (!affordable_crypt(stored))
        return refuse("a crypt(5) hash with an absurd or unreadable cost");
    if (password.find('\0') != std::string_view::npos)
        return {verdict::mismatch, ""}; // crypt(3) would look at the part before the NUL only
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

outcome check(const secret& stored, std::string_view password)
{
    std::string_view hash = stored.reveal();
    if (hash.size() > longest_hash)
        return refuse("a hash of more than 1024 characters");
    if (begins_without_case(hash, "{ARGON2}"))
        hash.remove_prefix(8);
    else if (begins_without_case(hash, "{CRYPT}")) {
        const secret bare(hash.substr(7));
        return check_crypt(bare.reveal(), password);
    } else if (hash.starts_with('{')) {
        return {verdict::slapds, ""};
    }
    const secret bare(hash);
    if (hash.starts_with("$argon2"))
        return check_argon2(bare.reveal(), password);
    if (hash.starts_with('$'))
        return check_crypt(bare.reveal(), password);
    return refuse(hash.empty() ? "an empty password column"
                               : "a value that is no known kind of hash");
}

std::string cost_of(std::string_view stored)
{
    if (begins_without_case(stored, "{ARGON2}"))
        stored.remove_prefix(8);
    else if (begins_without_case(stored, "{CRYPT}"))
        stored.remove_prefix(7);
    if (stored.starts_with("$argon2")) {
        const auto parameters = stored.find(",p=");
        const auto end =
            parameters == std::string_view::npos ? parameters : stored.find('$', parameters);
        return end == std::string_view::npos ? std::string()
                                             : std::string(stored.substr(0, end + 1));
    }
    if (stored.starts_with("$2") && stored.size() > 7)
        return std::string(stored.substr(0, 7));
    if (stored.starts_with("$y$") || stored.starts_with("$gy$")) {
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

std::string decoy_like(std::string_view stored)
{
    const std::string cost = cost_of(stored);
    if (cost.starts_with("$argon2")) // 16 bytes of salt, 32 of hash, in base64 without padding
        return cost + "YmFjay1wZ3NxbC1kZWNveQ$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    if (cost.starts_with("$2")) // 22 characters of salt, 31 of hash
        return cost + "backpgsqldecoysalt....0000000000000000000000000000000";
    if (cost.starts_with("$y$") || cost.starts_with("$gy$"))
        return cost + "backpgsqldecoysalt....$0000000000000000000000000000000000000000000";
    if (!cost.empty())
        return cost + "decoydec$0000000000000000000000";
    return stored == default_cost ? std::string() : decoy_like(default_cost);
}

} // namespace pgsql::login
