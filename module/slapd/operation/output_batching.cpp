// output_batching.cpp: sends entries in full packets and detects a client that does not read.
#include "slapd/operation/output_batching.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

namespace pgsql::slapd {

namespace {

// Fewer entries are lookups, not enumerations.
constexpr int min_corked_entries = 32;

} // namespace

output_batching::output_batching(Operation& op, bool corks) : op_(op), enabled_(corks)
{
    if (op.o_conn == nullptr || op.o_conn->c_conn_idx < 0 || op.o_conn->c_sb == nullptr ||
        ber_sockbuf_ctrl(op.o_conn->c_sb, LBER_SB_OPT_GET_FD, &socket_) != 1)
        socket_ = -1;
}

bool output_batching::would_block() const
{
    pollfd writable = {socket_, POLLOUT, 0};
    return socket_ >= 0 && poll(&writable, 1, 0) == 0;
}

void output_batching::cork(int entries)
{
    if (!enabled_ || socket_ < 0 || entries < min_corked_entries ||
        op_.o_conn->c_n_ops_executing > 1)
        return;
    const int on = 1;
    // Fails harmlessly on a socket other than TCP (ldapi).
    corked_ = setsockopt(socket_, IPPROTO_TCP, TCP_CORK, &on, sizeof on) == 0;
}

void output_batching::uncork()
{
    const int off = 0;
    if (corked_)
        (void)setsockopt(socket_, IPPROTO_TCP, TCP_CORK, &off, sizeof off);
    corked_ = false;
}

} // namespace pgsql::slapd
