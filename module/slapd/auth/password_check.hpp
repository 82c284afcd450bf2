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
class password_step final : public login::step {
public:
    password_step(Operation& op, service& with, const bound& mapping,
                  std::shared_ptr<login::hash_gate> gate, account whose)
        : op_(op), with_(with), mapping_(mapping), gate_(std::move(gate)), whose_(std::move(whose))
    {}

    [[nodiscard]] std::string_view name() const noexcept override { return "sql"; }
    void ask(const login::attempt& who, std::shared_ptr<login::listener> to) override;
    [[nodiscard]] bool may_wait() const override;

private:
    struct judgement;
    /// What is left to compute; nothing if the password is right.
    [[nodiscard]] std::shared_ptr<judgement> begin();

    Operation& op_;
    service& with_;
    const bound& mapping_;
    const std::shared_ptr<login::hash_gate> gate_;
    account whose_;
};

} // namespace pgsql::slapd
