// client.hpp: one connection to an LDAP server, which sends requests one after the other and checks
// the replies.
#pragma once

#include "workload.hpp"

#include <ldap.h>

#include <memory>
#include <stdexcept>
#include <string>

namespace bench {

/// A reply that is not what the data demands; what() says how it differs.
class wrong_reply : public std::runtime_error {
public:
    explicit wrong_reply(const std::string& what, bool lost = false)
        : std::runtime_error(what), connection_lost(lost)
    {}
    bool connection_lost;
};

class client {
public:
    /// Throws wrong_reply if there is no connection to be had.
    explicit client(const std::string& uri);

    /// Each returns the number of entries received and throws wrong_reply.
    long search(const question& q);
    /// A search in pages; says how many seconds the page in question took.
    long search_pages(const question& q, double& seconds);
    void bind(const login& as);

private:
    long stream(const question& q);

    struct close {
        void operator()(LDAP* ld) const noexcept { ldap_unbind_ext_s(ld, nullptr, nullptr); }
    };
    std::unique_ptr<LDAP, close> ld_;
};

} // namespace bench
