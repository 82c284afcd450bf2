// argon2.hpp: turns argon2 strings into what they demand and contain, and passwords into such
// strings.
#pragma once

#include "auth/password_hash.hpp"

#include <argon2.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace pgsql::auth {

/// The cost of a hash. The defaults are the cluster manager's (node-argon2's).
struct argon2_cost {
    unsigned memory_kib = 65536;
    unsigned passes = 3;
    unsigned lanes = 4;

    bool operator==(const argon2_cost&) const = default;
};

/// The parts of $argon2id$v=19$m=65536,t=3,p=4$<salt>$<tag>, the PHC string format that all
/// argon2 libraries write.
struct argon2_parts {
    argon2_type type = Argon2_id;
    std::uint32_t version = ARGON2_VERSION_13;
    argon2_cost cost;
    std::string salt;
    secret tag;
};

/// Whether the text begins as an argon2 string does; then its cost, if it can be read.
[[nodiscard]] std::optional<argon2_cost> read_argon2_cost(std::string_view text);

/// A cost as an administrator writes it: any of m=<KiB> t=<passes> p=<lanes>, the rest as by
/// default. Throws std::invalid_argument, also for what no check would accept.
[[nodiscard]] argon2_cost parse_argon2_cost(std::string_view words);
/// What is wrong with a cost, or null: a row must not demand whatever it likes, and no less than
/// argon2 needs.
[[nodiscard]] const char* error_in(const argon2_cost& cost) noexcept;
[[nodiscard]] hash_cost cost_prefix(const argon2_cost& cost) noexcept;

/// Nothing when the text is damaged.
[[nodiscard]] std::optional<argon2_parts> read_argon2(std::string_view text);

/// libargon2's result: ARGON2_OK, ARGON2_VERIFY_MISMATCH or what is wrong. libargon2's own
/// argon2_verify() starts a thread for each lane; this one starts as many as it may. The result is
/// the same (RFC 9106 §3.1.1).
[[nodiscard]] int verify_argon2(const argon2_parts& stored, std::string_view password,
                                unsigned threads);

/// A new argon2id string with a random salt of 16 bytes and a tag of 32, as node-argon2 has them.
/// Throws std::runtime_error when there is no memory or no randomness.
[[nodiscard]] secret make_argon2id(std::string_view password, const argon2_cost& cost,
                                   unsigned threads);

} // namespace pgsql::auth
