// client_use.hpp: tracks each client address's recent work and refused logins.
#pragma once

#include "base/deadline.hpp"

#include <compare>
#include <string>
#include <string_view>
#include <unordered_map>

namespace pgsql::auth {

/// The key of a client: its IPv4 address or the /64 network of its IPv6 address, in which a host
/// chooses its addresses. Accepts 192.0.2.1, [2001:db8::1] and any other client name.
[[nodiscard]] std::string network_of(std::string_view client);

/// Keyed by network_of(). Values decay with a half-life of 30 seconds.
class client_use {
public:
    /// The order of clients: fewer recent refusals first, then less recent work.
    struct rank {
        int refusals = 0; ///< 0: none in the last minute; plus one for each doubling
        double work = 0;

        auto operator<=>(const rank&) const = default;
    };

    void add_work(const std::string& network, double milliseconds, clock::time_point now);
    void add_refusal(const std::string& network, clock::time_point now);
    [[nodiscard]] rank rank_of(const std::string& network, clock::time_point now) const;
    [[nodiscard]] std::size_t size() const noexcept { return noted_.size(); }

private:
    struct note {
        double work = 0;
        double refusals = 0;
        clock::time_point time;
    };
    static note aged(const note& old, clock::time_point now);
    note& current(const std::string& network, clock::time_point now);
    void forget_least(clock::time_point now);

    std::unordered_map<std::string, note> noted_;
};

} // namespace pgsql::auth
