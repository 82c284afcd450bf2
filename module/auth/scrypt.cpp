// scrypt.cpp: the cost of scrypt (RFC 7914), and the texts in which applications store its hashes.
#include "auth/scrypt.hpp"

#include "auth/hash_fields.hpp"
#include "auth/hash_schemes.hpp"

#include <algorithm>
#include <charconv>

namespace pgsql::auth {
namespace {

constexpr std::uint64_t most_bytes = std::uint64_t{256} * 1024 * 1024;
constexpr std::uint64_t most_work = 1U << 22; // about two seconds of one core
constexpr std::uint32_t most_r = 256;         // programs write 8
constexpr std::uint32_t most_lanes = 16;
constexpr std::size_t usual_key = 64; // bytes

// {SCRYPT}N$r$p$salt$key, as queries compose it. Only the salt can have a $.
scrypt_parts composed(std::string_view stored)
{
    hash_fields text(stored);
    (void)text.until('}');
    scrypt_parts out;
    out.cost.n = text.number('$');
    out.cost.r = text.number('$');
    out.cost.p = text.number('$');
    const auto rest = text.rest();
    const auto last = rest.rfind('$');
    if (last == std::string_view::npos)
        return out;
    out.salt = composed_bytes(rest.substr(0, last));
    out.key = composed_bytes(rest.substr(last + 1));
    return out;
}

// scrypt:N:r:p$salt$hex of Werkzeug
scrypt_parts werkzeug(std::string_view stored)
{
    hash_fields text(stored);
    text.expect("scrypt:");
    scrypt_parts out;
    out.cost.n = text.number(':');
    out.cost.r = text.number(':');
    out.cost.p = text.number('$');
    out.salt = secret(text.until('$'));
    out.key = hex_bytes(text.rest(), usual_key);
    return out;
}

// scrypt$N$salt$r$p$base64 of Django
scrypt_parts django(std::string_view stored)
{
    hash_fields text(stored);
    text.expect("scrypt$");
    scrypt_parts out;
    out.cost.n = text.number('$');
    out.salt = secret(text.until('$'));
    out.cost.r = text.number('$');
    out.cost.p = text.number('$');
    out.key = base64_bytes(text.rest(), usual_key);
    return out;
}

// $scrypt$ln=14,r=8,p=1$base64$base64 of passlib
scrypt_parts passlib(std::string_view stored)
{
    hash_fields text(stored);
    text.expect("$scrypt$ln=");
    scrypt_parts out;
    out.cost.n = power_of_2(text.number(','));
    text.expect("r=");
    out.cost.r = text.number(',');
    text.expect("p=");
    out.cost.p = text.number('$');
    out.salt = unpadded_base64_bytes(text.until('$'));
    out.key = unpadded_base64_bytes(text.rest(), 32);
    return out;
}

// $e0801$base64$base64 of Spring Security: hexadecimal digits of the exponent of N, of r and of p.
std::optional<scrypt_parts> spring(std::string_view stored)
{
    hash_fields text(stored);
    text.expect("$");
    const auto digits = text.until('$');
    std::uint32_t numbers = 0;
    const char* const last = digits.data() + digits.size();
    const auto [after, error] = std::from_chars(digits.data(), last, numbers, 16);
    if (digits.size() < 5 || digits.size() > 6 || error != std::errc() || after != last)
        return std::nullopt;
    scrypt_parts out{{power_of_2(numbers >> 16), numbers >> 8 & 0xff, numbers & 0xff}, {}, {}};
    out.salt = base64_bytes(text.until('$'));
    out.key = base64_bytes(text.rest(), 32);
    return out;
}

struct spelling {
    std::string_view prefix;
    scrypt_parts (*read)(std::string_view stored);
};

constexpr spelling spellings[] = {
    {"scrypt:", werkzeug}, {"scrypt$", django}, {"$scrypt$", passlib}};

} // namespace

const char* error_in(const scrypt_cost& cost) noexcept
{
    const std::uint64_t blocks = std::uint64_t{cost.n} * cost.r;
    if (cost.n < 2 || (cost.n & (cost.n - 1)) != 0 || cost.r == 0 || cost.p == 0)
        return "a scrypt hash with unreadable or invalid parameters (N is not a power of 2, or r "
               "or p is 0)";
    if (cost.r > most_r || cost.p > most_lanes || blocks > most_bytes / 128 ||
        blocks * cost.p > most_work)
        return "a scrypt hash with unsupported parameters (more than 256 MiB, r=256, p=16 or "
               "4194304 for N times r times p)";
    // RFC 7914 §2
    return cost.r < 4 && cost.n >= std::uint64_t{1} << (16 * cost.r)
               ? "a scrypt hash with invalid parameters (N is too large for r)"
               : nullptr;
}

hash_cost cost_of(const scrypt_cost& cost) noexcept
{
    const double work = static_cast<double>(cost.n) * cost.r * cost.p;
    // RFC 7914 §6: the vector, and the blocks that are in work.
    return {work * 0.0004, std::size_t{cost.r} * (std::size_t{cost.n} + 2 + cost.p) / 8};
}

std::uint32_t power_of_2(std::uint32_t exponent) noexcept
{
    return exponent < 32 ? std::uint32_t{1} << exponent : 0;
}

std::optional<scrypt_parts> read_scrypt(std::string_view stored)
{
    if (has_prefix(stored, "{SCRYPT}"))
        return composed(stored);
    const auto* const found =
        std::find_if(std::begin(spellings), std::end(spellings),
                     [&](const spelling& one) { return stored.starts_with(one.prefix); });
    return found != std::end(spellings) ? found->read(stored) : spring(stored);
}

} // namespace pgsql::auth
