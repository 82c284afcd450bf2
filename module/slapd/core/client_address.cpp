// client_address.cpp: determines the network address of a client.
#include "slapd/core/client_address.hpp"

#include "auth/client_use.hpp"

namespace pgsql::slapd {

std::string address_of(const Operation& op) { return address_of(*op.o_conn); }

std::string address_of(const Connection& client)
{
    // slapd's c_peer_name: IP=192.0.2.1:4711, IP=[2001:db8::1]:4711, PATH=/run/slapd/ldapi
    std::string_view name = to_string_view(client.c_peer_name);
    const bool network = name.starts_with("IP=");
    name.remove_prefix(std::min(name.find('=') + 1, name.size()));
    if (network)
        name = name.substr(0, name.rfind(':'));
    return name.empty() ? "internal" : std::string(name);
}

std::string network_of(const Operation& op) { return network_of(*op.o_conn); }

std::string network_of(const Connection& client) { return auth::network_of(address_of(client)); }

} // namespace pgsql::slapd
