// read_controls.hpp: the response controls of pre-read and post-read.
#pragma once

#include "slapd/core/slapd.hpp"

namespace pgsql::slapd {

/// The response controls of pre-read and post-read (RFC 4527).
class read_controls {
public:
    explicit read_controls(Operation& op) : op_(op) {}
    read_controls(const read_controls&) = delete;
    read_controls& operator=(const read_controls&) = delete;
    ~read_controls();

    void before(SlapReply& rs, Entry& e);
    void after(SlapReply& rs, Entry& e);
    /// Null if there is none. Valid while this object lives.
    [[nodiscard]] LDAPControl** list();

private:
    void read(SlapReply& rs, Entry& e, const berval& oid, bool critical, LDAPControl*& out);

    Operation& op_;
    LDAPControl* before_ = nullptr;
    LDAPControl* after_ = nullptr;
    std::array<LDAPControl*, 3> list_{};
};

} // namespace pgsql::slapd
