// output_batching.hpp: sends the entries of a page to the client in full packets, and tells when it
// takes no more.
#pragma once

#include "slapd/core/slapd.hpp"

namespace pgsql::slapd {

/// The socket of an operation's client; of an operation inside slapd, none, and nothing happens.
class output_batching {
public:
    /// `corks`: whether cork() does anything.
    output_batching(Operation& op, bool corks);
    output_batching(const output_batching&) = delete;
    output_batching& operator=(const output_batching&) = delete;
    ~output_batching() { uncork(); }

    /// Whether a client that reads slowly, or not at all, would make us wait now.
    [[nodiscard]] bool would_block() const;
    /// Has the kernel collect entries into full packets (tcp(7), TCP_CORK), when so many entries
    /// follow that waking the client for each would cost more than it gains. Not while the client
    /// waits for other operations on this connection.
    void cork(int entries);
    void uncork();

private:
    Operation& op_;
    const bool enabled_;
    int socket_ = -1;
    bool corked_ = false;
};

} // namespace pgsql::slapd
