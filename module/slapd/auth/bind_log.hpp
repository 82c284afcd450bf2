// bind_log.hpp: turns the end of a bind into a line of the log and a result code.
#pragma once

#include "slapd/core/client_address.hpp"
#include "slapd/serving/service.hpp"

#include "auth/check_chain.hpp"

namespace pgsql::slapd {

/// What an answer means to the client. Design rule: 49 is for who may not log in, never for a
/// failure of ours.
[[nodiscard]] int code_for(const login::answer& what) noexcept;
/// The words that go with it, or null: whether it was the password is nobody's business.
[[nodiscard]] const char* words_for(const login::answer& what) noexcept;

/// Begins with the bind, and says in one line how it ended, for the person who asks why somebody
/// could not log in.
class bind_report {
public:
    bind_report(const Operation& op, service& with)
        : with_(with.weak_from_this()), counted_(with.counted), dn_(view(op.o_req_dn)),
          client_(address_of(op)), suffix_(with.suffix_ndn), began_(clock::now())
    {}

    void say(const Operation& op, std::string_view step, const login::answer& what) const;
    /// The same, and a word to the administrator when it was not the user's fault.
    void conclude(const Operation& op, std::string_view step, const login::answer& what) const;
    /// Counts a bind that is answered later.
    void count(const login::answer& what) const noexcept;

private:
    std::weak_ptr<service> with_; ///< a bind that waits must not keep connections open
    std::shared_ptr<tally> counted_;
    std::string dn_, client_, suffix_;
    clock::time_point began_;
};

/// The text without what could begin another line of the log, or end a value in it.
[[nodiscard]] std::string one_line(std::string text);

} // namespace pgsql::slapd
