// argon2.hpp: parses, verifies and creates argon2 PHC strings.
#pragma once

#include "auth/password_hash.hpp"

#include <argon2.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace pgsql::auth {

/// The cost of a hash. The defaults are those of node-argon2.
struct argon2_cost {
    unsigned memory_kib = 65536;
    unsigned passes = 3;
    unsigned lanes = 4;

    bool operator==(const argon2_cost&) const = default;
};

/// The parts of $argon2id$v=19$m=65536,t=3,p=4$<salt>$<tag>, the PHC string format that all argon2
/// libraries write.
struct argon2_parts {
    argon2_type type = Argon2_id;
    std::uint32_t version = ARGON2_VERSION_13;
    argon2_cost cost;
    std::string salt;
    secret tag;
};

/// The cost of an argon2 string; nothing if the text is not one or its cost cannot be parsed.
[[nodiscard]] std::optional<argon2_cost> read_argon2_cost(std::string_view text);

/// Parses a cost from the configuration: any of m=<KiB> t=<passes> p=<lanes>; the others keep their
/// defaults. Throws std::invalid_argument, also for a cost that verification would reject.
[[nodiscard]] argon2_cost parse_argon2_cost(std::string_view words);
/// Why a cost is refused, or null: a row must not demand an unlimited cost, nor less than argon2
/// requires.
[[nodiscard]] const char* error_in(const argon2_cost& cost) noexcept;
[[nodiscard]] hash_cost cost_of(const argon2_cost& cost) noexcept;

/// Nothing if the text is malformed.
[[nodiscard]] std::optional<argon2_parts> read_argon2(std::string_view text);

/// libargon2's result: ARGON2_OK, ARGON2_VERIFY_MISMATCH or an error code. libargon2's own
/// argon2_verify() starts one thread per lane; this function starts at most `threads`. The result
/// is the same (RFC 9106 §3.1.1).
[[nodiscard]] int verify_argon2(const argon2_parts& stored, std::string_view password,
                                unsigned threads);

/// A new argon2id string with a random salt of 16 bytes and a tag of 32, as node-argon2 creates it.
/// Throws std::runtime_error without memory or randomness.
[[nodiscard]] secret make_argon2id(std::string_view password, const argon2_cost& cost,
                                   unsigned threads);

} // namespace pgsql::auth
