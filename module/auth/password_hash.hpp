// password_hash.hpp: a stored password hash, parsed once: problem, cost, verification and a dummy
// hash of the same cost. Each scheme is a class; hash_schemes.hpp lists them.
#pragma once

#include "base/secret.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace pgsql::auth {

enum class verdict : char {
    match,
    mismatch,
    refused, ///< not a hash that can be verified; `reason` says why
    busy     ///< not verified: out of memory or threads
};

/// What is counted of checks.
enum class hash_family : unsigned char { argon2, bcrypt, pbkdf2, scrypt, crypt, other, count };

struct verification {
    verdict result = verdict::mismatch;
    const char* reason = ""; ///< for the log; never part of a hash
};

/// The resources of one verification.
struct hash_cost {
    double milliseconds = 0; ///< on one core of about 2020
    std::size_t memory_kib = 0;
    unsigned threads = 1; ///< that can share the work

    /// Whether the number of concurrent verifications must be limited.
    [[nodiscard]] bool is_expensive() const noexcept { return milliseconds > 10; }
};

/// The length in bytes of a usual password.
inline constexpr std::size_t usual_length = 16;

/// Immutable, so that threads can share it. The destructor wipes the stored value.
class password_hash {
public:
    password_hash(const password_hash&) = delete;
    password_hash& operator=(const password_hash&) = delete;
    virtual ~password_hash() = default;

    /// The value in the row.
    [[nodiscard]] const secret& stored() const noexcept { return stored_; }

    /// The display name of scheme and cost: "argon2id m=65536 t=3 p=4", "bcrypt 10", "{SSHA}".
    /// Never a part of a password or of a hash.
    [[nodiscard]] virtual std::string scheme() const = 0;

    /// The algorithm, of whichever application.
    [[nodiscard]] virtual hash_family family() const noexcept { return hash_family::other; }

    /// Why no password matches, or null.
    [[nodiscard]] const char* problem() const;
    /// How the query can convert it to a supported hash; empty: it cannot.
    [[nodiscard]] virtual const char* remedy() const noexcept { return ""; }

    /// The value as slapd and its modules read it, for copies of the entry; empty: they cannot.
    [[nodiscard]] virtual std::string slapd_form() const { return {}; }

    /// Whether it is bcrypt of the password, to which an application may add a pepper.
    [[nodiscard]] virtual bool takes_pepper() const noexcept { return false; }

    /// The cost, known without computation. It depends on the password's length if the rounds read
    /// the whole password. Zero if nothing is ever computed.
    [[nodiscard]] virtual hash_cost cost(std::size_t /*password_length*/ = usual_length) const
    {
        return {};
    }

    /// The result of verify() for all passwords of this length, if it needs no computation.
    [[nodiscard]] std::optional<verification> precheck(std::size_t password_length) const;

    /// The result does not depend on the number of threads.
    [[nodiscard]] verification verify(std::string_view password, unsigned threads = 1) const;

    /// A hash of the same cost that no password matches. Hashes of the same cost have the same
    /// dummy. Null if the hash has no cost or a refused one.
    [[nodiscard]] std::unique_ptr<const password_hash> dummy() const;

protected:
    explicit password_hash(std::string_view stored) : stored_(stored) {}

private:
    /// Why no password matches, or null, for a value of acceptable length.
    [[nodiscard]] virtual const char* defect() const = 0;
    /// As precheck(), for a hash without a problem.
    [[nodiscard]] virtual std::optional<verification> precheck_length(std::size_t) const
    {
        return {};
    }
    /// Called only if precheck() returns nothing.
    [[nodiscard]] virtual verification compute(std::string_view password,
                                               unsigned threads) const = 0;
    /// The stored value of the dummy hash; empty if it has none.
    [[nodiscard]] virtual std::string dummy_text() const { return {}; }

    const secret stored_;
};

using parsed_hash = std::unique_ptr<const password_hash>;

/// Never null: a value of an unknown scheme is an object with a problem.
[[nodiscard]] parsed_hash parse_hash(std::string_view stored);

/// The hash of the password followed by the pepper, if it takes one and `pepper` is not null;
/// otherwise the same hash.
[[nodiscard]] parsed_hash with_pepper(parsed_hash hash,
                                      const std::shared_ptr<const secret>& pepper);

/// The cost assumed for unknown names until rows have been read: node-argon2's default.
inline constexpr std::string_view default_cost_prefix = "$argon2id$v=19$m=65536,t=3,p=4$";

} // namespace pgsql::auth
