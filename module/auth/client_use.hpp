// client_use.hpp: knows how much work each client address has caused lately, and how often its
// logins were refused.
#pragma once

#include "base/deadline.hpp"

#include <compare>
#include <string>
#include <string_view>
#include <unordered_map>

namespace pgsql::auth {

/// What stands for a client: its address, and for IPv6 the network of 64 bits in which a host picks
/// its addresses. Takes 192.0.2.1, [2001:db8::1] and whatever else names a client.
[[nodiscard]] std::string network_of(std::string_view client);

/// By network_of(). What was noted counts half after 30 seconds.
class client_use {
public:
    /// Which of two clients comes first: the one with fewer refusals lately, then the one that
    /// has caused less work.
    struct rank {
        int refusals = 0; ///< 0: none in the last minute; one more for twice as many
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
    static note aged(const note& from, clock::time_point now);
    note& current(const std::string& network, clock::time_point now);
    void forget_least(clock::time_point now);

    std::unordered_map<std::string, note> noted_;
};

} // namespace pgsql::auth
