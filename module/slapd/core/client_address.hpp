// client_address.hpp: determines the network address of a client.
#pragma once

#include "slapd/core/slapd.hpp"

#include <string>

namespace pgsql::slapd {

/// The address of a client without its port: 192.0.2.1, [2001:db8::1] or the path of a UNIX socket.
[[nodiscard]] std::string address_of(const Operation& op);
[[nodiscard]] std::string address_of(const Connection& client);
/// The address, or the /64 network of an IPv6 address: the unit that one client can choose from.
[[nodiscard]] std::string network_of(const Operation& op);
[[nodiscard]] std::string network_of(const Connection& client);

} // namespace pgsql::slapd
