// output_batching.hpp: sends the entries of a page to the client in full packets, and tells when it
// takes no more.
#pragma once

#include "slapd/core/slapd.hpp"

namespace pgsql::slapd {

/// The socket of an operation's client; of an operation inside slapd, none, and nothing happens.
class client_socket {
public:
    /// `corks`: whether cork() does anything.
    client_socket(Operation& op, bool corks);
    client_socket(const client_socket&) = delete;
    client_socket& operator=(const client_socket&) = delete;
    ~client_socket() { uncork(); }

    /// Whether a client that reads slowly, or not at all, would make us wait now.
    [[nodiscard]] bool full() const;
    /// Has the kernel collect entries into full packets (tcp(7), TCP_CORK), when so many entries
    /// follow that waking the client for each would cost more than it gains. Not while the client
    /// waits for other operations on this connection.
    void cork(int entries);
    void uncork();

private:
    Operation& op_;
    const bool corks_;
    int socket_ = -1;
    bool corked_ = false;
};

} // namespace pgsql::slapd
