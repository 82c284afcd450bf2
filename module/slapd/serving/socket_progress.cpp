// socket_progress.cpp: detects whether the peer of a socket receives data.
#include "slapd/serving/socket_progress.hpp"

#include <linux/sockios.h>
#include <linux/tcp.h> // netinet/tcp.h has an older tcp_info
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

namespace pgsql::slapd {

socket_progress progress_of(int socket) noexcept
{
    tcp_info info{};
    socklen_t size = sizeof info;
    if (getsockopt(socket, IPPROTO_TCP, TCP_INFO, &info, &size) == 0)
        return {info.tcpi_bytes_acked, true};
    int queued = 0;
    (void)ioctl(socket, SIOCOUTQ, &queued);
    return {static_cast<std::uint64_t>(queued), false};
}

} // namespace pgsql::slapd
