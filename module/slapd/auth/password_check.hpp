// password_check.hpp: checks the password of a bind against the hash in its row.
#pragma once

#include "slapd/auth/account.hpp"

#include "auth/check_chain.hpp"
#include "auth/hash_executor.hpp"

namespace pgsql::slapd {

/// The check "sql" of one bind; starts in its worker. A cheap hash is verified there, unless a
/// quarter of the workers do so already; others wait for their turn on the executor's threads, so
/// that a flood of logins leaves workers for other requests. The response time must not reveal
/// whether the name exists: every refusal costs one verification of the most common hash type.
class password_check final : public auth::login_check {
public:
    password_check(Operation& op, service& service, const resolved_mapping& mapping,
                   std::shared_ptr<auth::hash_executor> executor, account account);

    [[nodiscard]] std::string_view name() const noexcept override { return "sql"; }
    void start(const auth::login_request& request,
               std::shared_ptr<auth::completion_handler> handler) override;
    [[nodiscard]] bool may_wait() const override;

private:
    struct verification_job;
    /// The computation to do; null if the password is known to match.
    [[nodiscard]] std::shared_ptr<verification_job> begin();
    [[nodiscard]] bool is_expensive(const std::shared_ptr<const auth::password_hash>& hash) const;

    Operation& op_;
    service& service_;
    const resolved_mapping& mapping_;
    const std::shared_ptr<auth::hash_executor> executor_;
    account account_;
    std::optional<slot_counter::slot> inline_; ///< a cheap hash may be verified in this thread
};

} // namespace pgsql::slapd
