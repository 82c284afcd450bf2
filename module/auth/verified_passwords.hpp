// verified_passwords.hpp: turns a password check that has succeeded into the same verdict for some
// seconds.
#pragma once

#include "base/secret.hpp"

#include "base/deadline.hpp"

#include <array>
#include <map>
#include <mutex>

namespace pgsql::auth {

/// Holds no password and no hash, only a MAC of both and the name, under a key that no other
/// process knows and that is gone with this object. A stored hash that has changed is another one.
class verified_passwords {
public:
    /// For 0 seconds nothing is remembered.
    explicit verified_passwords(double seconds);

    [[nodiscard]] bool contains(std::string_view dn, const secret& stored,
                                std::string_view password);
    void add(std::string_view dn, const secret& stored, std::string_view password);

private:
    using mac = std::array<unsigned char, 32>;
    static constexpr std::size_t capacity = 10'000;

    [[nodiscard]] mac mac_of(std::string_view dn, const secret& stored,
                             std::string_view password) const;

    const double seconds_;
    secret key_;
    std::mutex mutex_;
    std::map<mac, deadline> expiry_;
};

} // namespace pgsql::auth
