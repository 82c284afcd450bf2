// client_use.cpp: tracks each client address's recent work and refused logins.
#include "auth/client_use.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace pgsql::auth {
namespace {

constexpr double half_life = 30; // seconds
// A single refusal expires after two half-lives.
constexpr double least_refusals = 0.25;
// With this cap any number of refusals expires within six minutes.
constexpr double most_refusals = 1000;
constexpr std::size_t most_clients = 10000;

} // namespace

std::string network_of(std::string_view client)
{
    if (!client.starts_with('[') || !client.ends_with(']'))
        return std::string(client);
    std::string text(client.substr(1, client.size() - 2));
    text.resize(std::min(text.find('%'), text.size())); // fe80::1%eth0
    in6_addr address{};
    if (inet_pton(AF_INET6, text.c_str(), &address) != 1)
        return std::string(client);
    if (IN6_IS_ADDR_V4MAPPED(&address)) {
        char out[INET_ADDRSTRLEN];
        return inet_ntop(AF_INET, &address.s6_addr[12], out, sizeof out);
    }
    std::fill(address.s6_addr + 8, address.s6_addr + 16, std::uint8_t{0});
    char out[INET6_ADDRSTRLEN];
    return std::string(inet_ntop(AF_INET6, &address, out, sizeof out)) + "/64";
}

client_use::note client_use::aged(const note& old, clock::time_point now)
{
    const double factor = std::exp2(
        -std::chrono::duration<double>(std::max(now, old.time) - old.time).count() / half_life);
    return {old.work * factor, old.refusals * factor, std::max(now, old.time)};
}

client_use::note& client_use::current(const std::string& network, clock::time_point now)
{
    if (noted_.size() >= most_clients && !noted_.contains(network))
        forget_least(now);
    note& out = noted_.try_emplace(network, note{.time = now}).first->second;
    return out = aged(out, now);
}

// Removes the quarter of the networks with the lowest rank.
void client_use::forget_least(clock::time_point now)
{
    std::vector<std::pair<rank, std::string>> all;
    all.reserve(noted_.size());
    for (const auto& [network, unused] : noted_)
        all.emplace_back(rank_of(network, now), network);
    const auto quarter = all.begin() + static_cast<std::ptrdiff_t>(all.size() / 4);
    std::nth_element(all.begin(), quarter, all.end());
    std::for_each(all.begin(), quarter, [&](const auto& one) { noted_.erase(one.second); });
}

void client_use::add_work(const std::string& network, double milliseconds, clock::time_point now)
{
    current(network, now).work += milliseconds;
}

void client_use::add_refusal(const std::string& network, clock::time_point now)
{
    double& refusals = current(network, now).refusals;
    refusals = std::min(refusals + 1, most_refusals);
}

client_use::rank client_use::rank_of(const std::string& network, clock::time_point now) const
{
    const auto at = noted_.find(network);
    if (at == noted_.end())
        return {};
    const note decayed = aged(at->second, now);
    const int level = decayed.refusals < least_refusals
                          ? 0
                          : 1 + static_cast<int>(std::log2(std::max(1.0, decayed.refusals)));
    return {level, decayed.work};
}

} // namespace pgsql::auth
