// bind_log.hpp: logs how a bind ended and maps its result to an LDAP code.
#pragma once

#include "slapd/core/client_address.hpp"
#include "slapd/serving/service.hpp"

#include "auth/check_chain.hpp"

namespace pgsql::slapd {

/// The LDAP code of a result. Design rule: invalid credentials (49) means a refused login, never an
/// internal failure.
[[nodiscard]] int code_for(const auth::check_result& result) noexcept;
/// The diagnostic message, or null: clients must not learn whether the password was wrong.
[[nodiscard]] const char* text_for(const auth::check_result& result) noexcept;

/// Logs in one line how a bind ended, so that administrators can find out why a login failed.
class bind_log {
public:
    bind_log(const Operation& op, service& service)
        : service_(service.weak_from_this()), stats_(service.stats),
          dn_(to_string_view(op.o_req_dn)), client_(address_of(op)), suffix_(service.suffix_ndn),
          started_(clock::now())
    {}

    void write(const Operation& op, std::string_view step, const auth::check_result& result) const;
    /// The same, with a warning for the administrator if the cause was not the user.
    void conclude(const Operation& op, std::string_view step,
                  const auth::check_result& result) const;
    /// Counts a bind that completes later.
    void count(const auth::check_result& result) const noexcept;

private:
    std::weak_ptr<service> service_; ///< a waiting bind must not keep connections open
    std::shared_ptr<operation_stats> stats_;
    std::string dn_, client_, suffix_;
    clock::time_point started_;
};

} // namespace pgsql::slapd
