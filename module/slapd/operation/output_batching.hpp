// output_batching.hpp: sends entries in full packets and detects a client that does not read.
#pragma once

#include "slapd/core/slapd.hpp"

namespace pgsql::slapd {

/// The client socket of an operation. Internal operations have none, and the functions do nothing.
class output_batching {
public:
    /// `corks`: whether cork() has an effect.
    output_batching(Operation& op, bool corks);
    output_batching(const output_batching&) = delete;
    output_batching& operator=(const output_batching&) = delete;
    ~output_batching() { uncork(); }

    /// Whether sending would block now, because the client reads slowly or not at all.
    [[nodiscard]] bool would_block() const;
    /// Makes the kernel collect entries into full packets (tcp(7), TCP_CORK) if so many entries
    /// follow that waking the client for each is expensive. Not while the client waits for other
    /// operations on this connection.
    void cork(int entries);
    void uncork();

private:
    Operation& op_;
    const bool enabled_;
    int socket_ = -1;
    bool corked_ = false;
};

} // namespace pgsql::slapd
