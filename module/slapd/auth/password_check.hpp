// password_check.hpp: the check of a chain that turns the password of a bind and the hash in its
// row into an answer.
#pragma once

#include "slapd/auth/account.hpp"

#include "auth/check_chain.hpp"
#include "auth/hash_executor.hpp"

namespace pgsql::slapd {

/// "sql". Serves one bind, and begins in its worker. A cheap hash is checked there and then, a dear
/// one in its turn on the gate's threads. Whoever asks must not learn from the time it takes
/// whether the name exists: whatever is refused costs a check of the commonest kind of hash.
class password_check final : public auth::login_check {
public:
    password_check(Operation& op, service& service, const resolved_mapping& mapping,
                   std::shared_ptr<auth::hash_executor> gate, account account)
        : op_(op), service_(service), mapping_(mapping), executor_(std::move(gate)),
          account_(std::move(account))
    {}

    [[nodiscard]] std::string_view name() const noexcept override { return "sql"; }
    void start(const auth::login_request& request,
               std::shared_ptr<auth::completion_handler> handler) override;
    [[nodiscard]] bool may_wait() const override;

private:
    struct verification_job;
    /// What is left to compute; nothing if the password is right.
    [[nodiscard]] std::shared_ptr<verification_job> begin();

    Operation& op_;
    service& service_;
    const resolved_mapping& mapping_;
    const std::shared_ptr<auth::hash_executor> executor_;
    account account_;
};

} // namespace pgsql::slapd
