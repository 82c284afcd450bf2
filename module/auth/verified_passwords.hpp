// verified_passwords.hpp: caches successful password checks for some seconds.
#pragma once

#include "base/secret.hpp"

#include "base/deadline.hpp"

#include <array>
#include <map>
#include <mutex>

namespace pgsql::auth {

/// Stores no password and no hash, only a MAC of both and the DN, under a random key that exists
/// only in this object. A changed stored hash invalidates the result.
class verified_passwords {
public:
    /// 0 seconds: caches nothing.
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
