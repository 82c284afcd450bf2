// pbkdf2_spellings.cpp: the texts in which applications store PBKDF2 hashes.
#include "auth/pbkdf2_spellings.hpp"

#include "auth/hash_fields.hpp"
#include "auth/hash_schemes.hpp"

#include <algorithm>

namespace pgsql::auth {
namespace {

const EVP_MD* digest_of(std::string_view name) noexcept
{
    const auto is = [&](std::string_view other) {
        return name.size() == other.size() && has_prefix(name, other);
    };
    if (is("sha1"))
        return EVP_sha1();
    if (is("sha256"))
        return EVP_sha256();
    return is("sha512") ? EVP_sha512() : nullptr;
}

std::size_t size_of(const EVP_MD* digest)
{
    return digest == nullptr ? 0 : static_cast<std::size_t>(EVP_MD_get_size(digest));
}

// {PBKDF2-SHA256}N$salt$key. slapd and passlib write adapted base64, whose key is the digest.
// Queries compose other forms, with keys of any length. Only the salt can have a $.
pbkdf2_parts composed(const EVP_MD* digest, hash_fields text)
{
    pbkdf2_parts out{digest, text.number('$'), {}, {}};
    const auto rest = text.rest();
    const auto last = rest.rfind('$');
    if (last == std::string_view::npos)
        return out;
    const auto key = rest.substr(last + 1);
    out.salt = composed_bytes(rest.substr(0, last));
    out.key = key.find(':') == std::string_view::npos ? adapted_base64_bytes(key, size_of(digest))
                                                      : composed_bytes(key);
    out.of_slapd = rest.find(':') == std::string_view::npos;
    return out;
}

// {PBKDF2}$1$salt$N$hex of Dovecot
pbkdf2_parts dovecot(hash_fields text)
{
    pbkdf2_parts out{EVP_sha1(), 0, {}, {}};
    text.expect("$1$");
    out.salt = secret(text.until('$'));
    out.rounds = text.number('$');
    out.key = hex_bytes(text.rest(), size_of(out.digest));
    return out;
}

// {pbkdf2}hex(salt, key) of Spring Security
pbkdf2_parts spring(const EVP_MD* digest, unsigned rounds, std::size_t salt, std::string_view text)
{
    constexpr std::size_t key = 32;
    const secret bytes = hex_bytes(text, salt + key);
    const std::string_view both = bytes.reveal();
    return both.empty() ? pbkdf2_parts{}
                        : pbkdf2_parts{digest, rounds, secret(both.substr(0, salt)),
                                       secret(both.substr(salt))};
}

// The texts that begin with {PBKDF2} or {PBKDF2-….
pbkdf2_parts braces(std::string_view stored)
{
    hash_fields text(stored);
    std::string_view scheme = text.until('}');
    if (scheme.substr(0, 8) == "{pbkdf2@")
        return scheme == "{pbkdf2@SpringSecurity_v5_8"
                   ? spring(EVP_sha256(), 310'000, 16, text.rest())
                   : pbkdf2_parts{};
    scheme.remove_prefix(std::min<std::size_t>(scheme.size(), std::string_view("{PBKDF2").size()));
    if (!scheme.empty())
        return composed(digest_of(scheme.substr(1)), text);
    if (text.rest().starts_with('$'))
        return dovecot(text);
    return text.rest().find('$') == std::string_view::npos
               ? spring(EVP_sha1(), 185'000, 8, text.rest())
               : composed(EVP_sha1(), text);
}

// pbkdf2_sha256$N$salt$base64 of Django
pbkdf2_parts django(std::string_view stored)
{
    hash_fields text(stored);
    text.expect("pbkdf2_");
    pbkdf2_parts out{digest_of(text.until('$')), 0, {}, {}};
    out.rounds = text.number('$');
    out.salt = secret(text.until('$'));
    out.key = base64_bytes(text.rest(), size_of(out.digest));
    return out;
}

// $pbkdf2-sha512$N$salt$key of passlib, and $pbkdf2$… with SHA-1
pbkdf2_parts passlib(std::string_view stored)
{
    hash_fields text(stored);
    text.expect("$pbkdf2");
    const auto name = text.until('$');
    pbkdf2_parts out{name.empty() ? EVP_sha1() : digest_of(name.substr(1)), 0, {}, {}};
    out.rounds = text.number('$');
    out.salt = adapted_base64_bytes(text.until('$'));
    out.key = adapted_base64_bytes(text.rest(), size_of(out.digest));
    return out;
}

// pbkdf2:sha256:N$salt$hex of Werkzeug. Without N, the rounds depend on the version of Werkzeug.
pbkdf2_parts werkzeug(std::string_view stored)
{
    hash_fields text(stored);
    text.expect("pbkdf2:");
    pbkdf2_parts out{digest_of(text.until(':')), 0, {}, {}};
    out.rounds = text.number('$');
    out.salt = secret(text.until('$'));
    out.key = hex_bytes(text.rest(), size_of(out.digest));
    return out;
}

// :pbkdf2:sha512:N:length:base64:base64 of MediaWiki
pbkdf2_parts mediawiki(std::string_view stored)
{
    hash_fields text(stored);
    text.expect(":pbkdf2:");
    pbkdf2_parts out{digest_of(text.until(':')), 0, {}, {}};
    out.rounds = text.number(':');
    const std::size_t length = text.number(':');
    out.salt = base64_bytes(text.until(':'));
    out.key = length == 0 ? secret() : base64_bytes(text.rest(), length);
    return out;
}

// $pbkdf2$f=SHA256,w=N,l=length$base64$base64 of Mattermost
pbkdf2_parts mattermost(std::string_view stored)
{
    hash_fields text(stored);
    text.expect("$pbkdf2$f=");
    pbkdf2_parts out{digest_of(text.until(',')), 0, {}, {}};
    text.expect("w=");
    out.rounds = text.number(',');
    text.expect("l=");
    const std::size_t length = text.number('$');
    out.salt = unpadded_base64_bytes(text.until('$'));
    out.key = length == 0 ? secret() : unpadded_base64_bytes(text.rest(), length);
    return out;
}

struct spelling {
    std::string_view prefix;
    pbkdf2_parts (*read)(std::string_view stored);
};

// Longer prefixes first.
constexpr spelling spellings[] = {{"{PBKDF2-", braces},       {"{PBKDF2}", braces},
                                  {"{pbkdf2@", braces},       {"pbkdf2_sha1$", django},
                                  {"pbkdf2_sha256$", django}, {"$pbkdf2$f=", mattermost},
                                  {"$pbkdf2$", passlib},      {"$pbkdf2-", passlib},
                                  {"pbkdf2:", werkzeug},      {":pbkdf2:", mediawiki}};

unsigned big_endian(std::string_view bytes)
{
    unsigned out = 0;
    for (const char c : bytes.substr(0, 4))
        out = out << 8 | static_cast<unsigned char>(c);
    return out;
}

// ASP.NET Core Identity: base64 of a version, of numbers, a salt and a key. Version 2 has neither
// numbers nor a prefix that is unusual, but one length.
std::optional<pbkdf2_parts> asp_net(std::string_view stored)
{
    constexpr std::size_t v2_length = 49;
    constexpr std::size_t v2_text = 68;
    constexpr std::size_t v3_header = 13;
    constexpr std::size_t least = 16; // bytes of salt and of key, says ASP.NET
    const bool v3 = stored.starts_with("AQAAAA") && stored.size() >= 60;
    if (!v3 && (stored.size() != v2_text || !stored.starts_with('A') || !stored.ends_with("==")))
        return std::nullopt;
    const secret decoded = base64_bytes(stored);
    const std::string_view bytes = decoded.reveal();
    if (!v3) {
        if (bytes.size() != v2_length || bytes[0] != '\0')
            return std::nullopt;
        return pbkdf2_parts{EVP_sha1(), 1000, secret(bytes.substr(1, 16)),
                            secret(bytes.substr(17))};
    }
    if (bytes.size() < v3_header + 2 * least)
        return pbkdf2_parts{};
    constexpr const EVP_MD* (*digests[])() = {EVP_sha1, EVP_sha256, EVP_sha512};
    const unsigned digest = big_endian(bytes.substr(1));
    const std::size_t salt = big_endian(bytes.substr(9));
    pbkdf2_parts out{digest < std::size(digests) ? digests[digest]() : nullptr,
                     big_endian(bytes.substr(5)),
                     {},
                     {}};
    const std::string_view both = bytes.substr(v3_header);
    if (salt >= least && salt <= both.size() - least) {
        out.salt = secret(both.substr(0, salt));
        out.key = secret(both.substr(salt));
    }
    return out;
}

} // namespace

std::optional<pbkdf2_parts> read_pbkdf2(std::string_view stored)
{
    const auto* const found =
        std::find_if(std::begin(spellings), std::end(spellings), [&](const spelling& one) {
            return one.prefix.starts_with('{') ? has_prefix(stored, one.prefix)
                                               : stored.starts_with(one.prefix);
        });
    return found != std::end(spellings) ? found->read(stored) : asp_net(stored);
}

} // namespace pgsql::auth
