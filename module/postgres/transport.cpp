// transport.cpp: the peer and the encryption of a session.
#include "postgres/transport.hpp"
#include "postgres/libpq_text.hpp"

#include <netinet/in.h>
#include <sys/socket.h>

#include <cstring>

namespace pgsql::postgres {
namespace {

bool is_loopback(const sockaddr_storage& address)
{
    constexpr std::uint32_t net = 127;
    if (address.ss_family == AF_UNIX)
        return true;
    if (address.ss_family == AF_INET) {
        sockaddr_in of{};
        std::memcpy(&of, &address, sizeof of);
        return ntohl(of.sin_addr.s_addr) >> 24 == net;
    }
    if (address.ss_family != AF_INET6)
        return false;
    sockaddr_in6 of{};
    std::memcpy(&of, &address, sizeof of);
    return IN6_IS_ADDR_LOOPBACK(&of.sin6_addr) ||
           (IN6_IS_ADDR_V4MAPPED(&of.sin6_addr) && of.sin6_addr.s6_addr[12] == net);
}

} // namespace

std::string transport::text() const
{
    return peer + ": " +
           (!encryption.empty() ? encryption
            : local             ? "not encrypted, local"
                                : "not encrypted");
}

transport transport_of(PGconn* session)
{
    transport out;
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    out.local = getpeername(PQsocket(session), reinterpret_cast<sockaddr*>(&address), &size) == 0 &&
                is_loopback(address);
    const std::string name = text_of(PQhost(session));
    const std::string number = text_of(PQhostaddr(session));
    out.peer = name.empty() ? number : name;
    if (!name.empty() && !number.empty() && number != name)
        out.peer += " (" + number + ")";
    out.peer += " port " + text_of(PQport(session));
    if (PQsslInUse(session) != 0)
        out.encryption = text_of(PQsslAttribute(session, "protocol"));
    else if (PQgssEncInUse(session) != 0)
        out.encryption = "GSSAPI";
    return out;
}

} // namespace pgsql::postgres
