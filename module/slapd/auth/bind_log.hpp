// bind_log.hpp: turns the end of a bind into a line of the log and a result code.
#pragma once

#include "slapd/core/client_address.hpp"
#include "slapd/serving/service.hpp"

#include "auth/check_chain.hpp"

namespace pgsql::slapd {

/// What an answer means to the client. Design rule: 49 is for who may not log in, never for a
/// failure of ours.
[[nodiscard]] int code_for(const auth::check_result& result) noexcept;
/// The words that go with it, or null: whether it was the password is nobody's business.
[[nodiscard]] const char* text_for(const auth::check_result& result) noexcept;

/// Begins with the bind, and says in one line how it ended, for the person who asks why somebody
/// could not log in.
class bind_log {
public:
    bind_log(const Operation& op, service& service)
        : service_(service.weak_from_this()), stats_(service.stats),
          dn_(to_string_view(op.o_req_dn)), client_(address_of(op)), suffix_(service.suffix_ndn),
          started_(clock::now())
    {}

    void write(const Operation& op, std::string_view step, const auth::check_result& result) const;
    /// The same, and a word to the administrator when it was not the user's fault.
    void conclude(const Operation& op, std::string_view step,
                  const auth::check_result& result) const;
    /// Counts a bind that is answered later.
    void count(const auth::check_result& result) const noexcept;

private:
    std::weak_ptr<service> service_; ///< a bind that waits must not keep connections open
    std::shared_ptr<operation_stats> stats_;
    std::string dn_, client_, suffix_;
    clock::time_point started_;
};

/// The text without what could begin another line of the log, or end a value in it.
[[nodiscard]] std::string one_line(std::string text);

} // namespace pgsql::slapd
