// bind.cpp: answers a simple bind: the row of the DN, the chain of checks it has to pass, a
// verdict.
#include "operations.hpp"

#include "bind_report.hpp"
#include "password_step.hpp"

namespace pgsql::slapd {
namespace {

/// A login whose steps all answer at once.
class immediate final : public login::conversation {
public:
    using conversation::conversation;
    [[nodiscard]] bool gone() noexcept override { return false; }

private:
    void wait_begins() override {}
    void concluded() noexcept override {}
};

// The checks after the password that this account has to pass. A chain that cannot be kept lets
// nobody in.
void choose_steps(service& with, account& whose)
{
    if (whose.chain.empty())
        return;
    std::string why;
    try {
        if (login::parse_chain(whose.chain).size() > 1)
            why = "this database can check passwords only";
    } catch (const std::invalid_argument& e) {
        why = e.what();
    }
    if (why.empty())
        return;
    whose.barred = "its auth_backends cannot be kept: " + why;
    with.complain("chain of " + whose.dn, whose.dn + " cannot bind: " + whose.barred, 3600);
}

int bind(Operation& op, SlapReply& rs, service& with)
{
    const bind_report report(op, with);
    if (be_rootdn_bind(&op, nullptr) == LDAP_SUCCESS) {
        report.say(op, "rootpw", {login::decision::accepted, ""});
        return rs.sr_err = LDAP_SUCCESS; // slapd answers
    }
    std::string step = "row"; // how far it came
    try {
        const auto mapping = mapping_of(op, with);
        account whose = find_account(op, with, *mapping);
        if (whose.barred.empty())
            choose_steps(with, whose);
        const std::string dn = whose.dn;
        login::attempt who{whose.name, std::string(view(op.o_req_ndn)), address_of(op)};
        std::vector<std::unique_ptr<login::step>> steps;
        steps.push_back(std::make_unique<password_step>(op, with, *mapping, std::move(whose)));
        step = "sql";
        const auto login = std::make_shared<immediate>(std::move(who), std::move(steps));
        (void)login->run();
        report.say(op, login->last_step(), login->result());
        if (login->result().what == login::decision::accepted) {
            const berval name = look_at(dn);
            ber_dupbv(&op.orb_edn, const_cast<berval*>(&name));
            return rs.sr_err = LDAP_SUCCESS;
        }
        send_ldap_error(&op, &rs, code_for(login->result()), words_for(login->result()));
        return rs.sr_err;
    } catch (const postgres::error& e) {
        const failure told = code_for(e);
        report.say(
            op, step,
            {told.code == SLAPD_ABANDON ? login::decision::gone : login::decision::unavailable,
             e.what()});
        throw;
    } catch (const std::exception& e) {
        report.say(op, step, {login::decision::unavailable, e.what()});
        throw;
    } catch (const database_gone&) {
        report.say(op, step, {login::decision::unavailable, "the database was removed"});
        throw;
    }
}

} // namespace

extern "C" int pgsql_bind(Operation* op, SlapReply* rs) noexcept
{
    return answer(op, rs, [&](service& with) { return bind(*op, *rs, with); });
}

} // namespace pgsql::slapd
