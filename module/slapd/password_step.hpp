// password_step.hpp: the check of a chain that turns the password of a bind and the hash in its row
// into an answer.
#pragma once

#include "account.hpp"

#include "../login/chain.hpp"

namespace pgsql::slapd {

/// "sql". Serves one bind, in its worker, and answers before ask() returns. Whoever asks must not
/// learn from the time it takes whether the name exists: a barred account costs a check as well.
class password_step final : public login::step {
public:
    password_step(Operation& op, service& with, const bound& mapping, account whose)
        : op_(op), with_(with), mapping_(mapping), whose_(std::move(whose))
    {}

    [[nodiscard]] std::string_view name() const noexcept override { return "sql"; }
    void ask(const login::attempt& who, std::shared_ptr<login::listener> to) override;

private:
    [[nodiscard]] login::answer check();

    Operation& op_;
    service& with_;
    const bound& mapping_;
    account whose_;
};

} // namespace pgsql::slapd
