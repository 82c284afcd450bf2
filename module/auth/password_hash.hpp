// password_hash.hpp: a stored password hash, parsed once: its problem, its cost, its verification
// and a dummy hash of the same cost. Each scheme is a class of its own; hash_schemes.hpp lists
// them.
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
    busy     ///< not verified: memory or threads are used up
};

struct verification {
    verdict result = verdict::mismatch;
    const char* reason = ""; ///< for the log; never part of a hash
};

/// What one verification takes while it runs.
struct hash_cost {
    double milliseconds = 0; ///< of a core of 2020, more or less
    std::size_t memory_kib = 0;
    unsigned threads = 1; ///< that could share the work

    /// Whether the number of such verifications at a time must be limited.
    [[nodiscard]] bool is_expensive() const noexcept { return milliseconds > 10; }
};

/// The length in bytes of a usual password.
inline constexpr std::size_t usual_length = 16;

/// Immutable, so that threads may share it. The stored value is wiped with the object.
class password_hash {
public:
    password_hash(const password_hash&) = delete;
    password_hash& operator=(const password_hash&) = delete;
    virtual ~password_hash() = default;

    /// The value as the row has it.
    [[nodiscard]] const secret& stored() const noexcept { return stored_; }

    /// How the hash was made, for people: "argon2id m=65536 t=3 p=4", "bcrypt 10", "{SSHA}". Never
    /// a part of a password or of a hash.
    [[nodiscard]] virtual std::string scheme() const = 0;

    /// Why no password matches, or null.
    [[nodiscard]] const char* problem() const;
    /// How the query turns it into a hash that can be verified; empty: it cannot.
    [[nodiscard]] virtual const char* remedy() const noexcept { return ""; }

    /// Known before anything is computed. It depends on the length of the password where the
    /// rounds read the whole password. Zero for what is never computed.
    [[nodiscard]] virtual hash_cost cost(std::size_t /*password_length*/ = usual_length) const
    {
        return {};
    }

    /// The result of verify() for all passwords of this length, if no computation is needed to
    /// know it.
    [[nodiscard]] std::optional<verification> precheck(std::size_t password_length) const;

    /// The result does not depend on the number of threads.
    [[nodiscard]] verification verify(std::string_view password, unsigned threads = 1) const;

    /// A hash that no password matches and that costs as much to verify. Hashes of the same cost
    /// have the same one. Null for a hash without a cost of its own, or with one that is refused.
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
    /// Called only if there is no precheck.
    [[nodiscard]] virtual verification compute(std::string_view password,
                                               unsigned threads) const = 0;
    /// The stored value of the dummy hash; empty: there is none.
    [[nodiscard]] virtual std::string dummy_text() const { return {}; }

    const secret stored_;
};

using parsed_hash = std::unique_ptr<const password_hash>;

/// Never null: a value of no known scheme is an object whose problem says so.
[[nodiscard]] parsed_hash parse_hash(std::string_view stored);

/// The cost that is assumed for unknown names until rows have been read: that of the manager's
/// hashes.
inline constexpr std::string_view default_cost = "$argon2id$v=19$m=65536,t=3,p=4$";

} // namespace pgsql::auth
