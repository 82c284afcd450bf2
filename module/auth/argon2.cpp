// argon2.cpp: parses, verifies and creates argon2 PHC strings.
#include "auth/argon2.hpp"

#include "auth/base64.hpp"

#include <openssl/rand.h>

#include <algorithm>
#include <charconv>
#include <stdexcept>

namespace pgsql::auth {
namespace {

constexpr unsigned most_kib = 1024 * 1024;
constexpr unsigned most_lanes = 64;
// About five seconds of one core.
constexpr std::uint64_t most_kib_passes = 2 * 1024 * 1024;

bool skip_prefix(std::string_view& text, std::string_view expected)
{
    if (!text.starts_with(expected))
        return false;
    text.remove_prefix(expected.size());
    return true;
}

bool take_number(std::string_view& text, std::string_view name, std::uint32_t& value)
{
    if (!skip_prefix(text, name))
        return false;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return error == std::errc();
}

// Parses everything up to the salt; `text` then begins with the salt.
bool take_head(std::string_view& text, argon2_parts& out)
{
    if (skip_prefix(text, "$argon2id$"))
        out.type = Argon2_id;
    else if (skip_prefix(text, "$argon2i$"))
        out.type = Argon2_i;
    else if (skip_prefix(text, "$argon2d$"))
        out.type = Argon2_d;
    else
        return false;
    out.version = ARGON2_VERSION_10; // strings of version 1.0 omit it
    if (text.starts_with("v=") &&
        (!take_number(text, "v=", out.version) || !skip_prefix(text, "$")))
        return false;
    // libargon2 writes m, t, p; node-argon2 of 2025 writes m, p, t.
    out.cost = {0, 0, 0};
    for (int i = 0; i < 3; ++i) {
        if (i > 0 && !skip_prefix(text, ","))
            return false;
        if (!(out.cost.memory_kib == 0 && take_number(text, "m=", out.cost.memory_kib)) &&
            !(out.cost.passes == 0 && take_number(text, "t=", out.cost.passes)) &&
            !(out.cost.lanes == 0 && take_number(text, "p=", out.cost.lanes)))
            return false;
    }
    return skip_prefix(text, "$");
}

unsigned char* bytes(const std::string& text)
{
    return reinterpret_cast<unsigned char*>(const_cast<char*>(text.data())); // argon2_context
}

// libargon2's API lacks const. It writes only to `out`, unless its flags request wiping.
argon2_context context(const argon2_parts& parts, std::string_view password, unsigned threads,
                       std::string& out)
{
    argon2_context c{};
    c.out = bytes(out);
    c.outlen = static_cast<std::uint32_t>(out.size());
    c.pwd = reinterpret_cast<unsigned char*>(const_cast<char*>(password.data()));
    c.pwdlen = static_cast<std::uint32_t>(password.size());
    c.salt = bytes(parts.salt);
    c.saltlen = static_cast<std::uint32_t>(parts.salt.size());
    c.t_cost = parts.cost.passes;
    c.m_cost = parts.cost.memory_kib;
    c.lanes = parts.cost.lanes;
    c.threads = std::clamp(threads, 1U, std::max(1U, parts.cost.lanes));
    c.version = parts.version;
    c.flags = ARGON2_DEFAULT_FLAGS;
    return c;
}

} // namespace

std::optional<argon2_cost> read_argon2_cost(std::string_view text)
{
    argon2_parts out;
    if (!take_head(text, out))
        return std::nullopt;
    return out.cost;
}

const char* error_in(const argon2_cost& cost) noexcept
{
    if (cost.memory_kib > most_kib || cost.lanes > most_lanes ||
        std::uint64_t{cost.memory_kib} * cost.passes > most_kib_passes)
        return "an argon2 hash with unsupported parameters (more than m=1048576, p=64 or "
               "2097152 for m times t)";
    if (cost.passes == 0 || cost.lanes == 0 || cost.memory_kib < 8 * cost.lanes)
        return "an argon2 hash with invalid parameters (t or p is 0, or m less than 8 times p)";
    return nullptr;
}

hash_cost cost_of(const argon2_cost& cost) noexcept
{
    return {cost.memory_kib * 1.0 * cost.passes / 430, cost.memory_kib, std::max(1U, cost.lanes)};
}

argon2_cost parse_argon2_cost(std::string_view words)
{
    argon2_cost out;
    while (!words.empty()) {
        const auto word = words.substr(0, words.find(' '));
        auto rest = word;
        if (!(take_number(rest, "m=", out.memory_kib) || take_number(rest, "t=", out.passes) ||
              take_number(rest, "p=", out.lanes)) ||
            !rest.empty())
            throw std::invalid_argument("\"" + std::string(word) +
                                        "\": expected m=<KiB>, t=<passes> or p=<lanes>");
        words.remove_prefix(std::min(words.size(), word.size() + 1));
    }
    if (const char* reason = error_in(out))
        throw std::invalid_argument(reason);
    return out;
}

std::optional<argon2_parts> read_argon2(std::string_view text)
{
    argon2_parts out;
    if (!take_head(text, out))
        return std::nullopt;
    const auto between = text.find('$');
    if (between == std::string_view::npos)
        return std::nullopt;
    auto salt = base64_decoded(text.substr(0, between));
    auto tag = base64_decoded(text.substr(between + 1));
    if (!salt || !tag || salt->size() < ARGON2_MIN_SALT_LENGTH || tag->size() < ARGON2_MIN_OUTLEN ||
        (out.version != ARGON2_VERSION_10 && out.version != ARGON2_VERSION_13))
        return std::nullopt;
    out.salt = std::move(*salt);
    out.tag = secret(*tag);
    explicit_bzero(tag->data(), tag->size());
    return out;
}

int verify_argon2(const argon2_parts& stored, std::string_view password, unsigned threads)
{
    const std::string& tag = stored.tag.reveal();
    std::string computed(tag.size(), '\0');
    argon2_context c = context(stored, password, threads, computed);
    const int result = argon2_verify_ctx(&c, tag.data(), stored.type);
    explicit_bzero(computed.data(), computed.size());
    return result;
}

secret make_argon2id(std::string_view password, const argon2_cost& cost, unsigned threads)
{
    argon2_parts made;
    made.cost = cost;
    made.salt.resize(16);
    if (RAND_bytes(bytes(made.salt), static_cast<int>(made.salt.size())) != 1)
        throw std::runtime_error("cannot generate a random salt for a new password hash");
    std::string tag(32, '\0');
    argon2_context c = context(made, password, threads, tag);
    if (const int result = argon2_ctx(&c, made.type); result != ARGON2_OK)
        throw std::runtime_error(std::string("libargon2 cannot hash a new password: ") +
                                 argon2_error_message(result));
    std::string text =
        "$argon2id$v=" + std::to_string(made.version) + "$m=" + std::to_string(cost.memory_kib) +
        ",t=" + std::to_string(cost.passes) + ",p=" + std::to_string(cost.lanes) + "$";
    text.reserve(text.size() + 80); // no reallocation leaves a copy behind
    append_base64(text, made.salt);
    text += '$';
    append_base64(text, tag);
    secret out(text);
    explicit_bzero(tag.data(), tag.size());
    explicit_bzero(text.data(), text.size());
    return out;
}

} // namespace pgsql::auth
