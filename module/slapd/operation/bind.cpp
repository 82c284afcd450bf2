// bind.cpp: answers a simple bind: the row of the DN, the chain of checks it has to pass, a
// verdict.
#include "slapd/core/callbacks.hpp"
#include "slapd/serving/database.hpp"

#include "slapd/auth/async_bind.hpp"
#include "slapd/auth/password_check.hpp"

#include <algorithm>

namespace pgsql::slapd {
namespace {

// How much longer than a prompt may take a worker waits for its outcome.
constexpr double grace_seconds = 5;

using login_steps = std::vector<std::unique_ptr<login::step>>;

// The checks that this account has to pass. A chain that cannot be kept lets nobody in.
std::vector<std::string> chain_for(service& with, account& whose)
{
    if (whose.chain.empty() || !whose.barred.empty())
        return with.chain;
    std::string why;
    try {
        auto out = login::parse_chain(whose.chain);
        if (out.size() == 1 || !with.push->uri.empty())
            return out;
        why = "notification needs pgsql-push-uri";
    } catch (const std::invalid_argument& e) {
        why = e.what();
    }
    whose.barred = "its auth_backends cannot be kept: " + why;
    with.complain("chain of " + whose.dn, whose.dn + " cannot bind: " + whose.barred, 3600);
    return {"sql"};
}

login_steps steps_for(Operation& op, service& with, const bound& mapping, account whose,
                      const waiting_room& room)
{
    const auto names = chain_for(with, whose); // sql first, then perhaps notification
    login_steps out;
    out.push_back(
        std::make_unique<password_step>(op, with, mapping, room.gate(), std::move(whose)));
    if (names.size() > 1)
        out.push_back(std::make_unique<login::push_step>(room.push(), with.push));
    return out;
}

// Whoever has been asked must not look at an operation that is answered.
template <typename Login> class stay {
public:
    explicit stay(std::shared_ptr<Login> whose) : whose_(std::move(whose)) {}
    stay(const stay&) = delete;
    stay& operator=(const stay&) = delete;
    ~stay() { whose_->take_back(); }

private:
    const std::shared_ptr<Login> whose_;
};

class seat {
public:
    explicit seat(waiting_room& room) : room_(room), taken_(room.sit_down()) {}
    seat(const seat&) = delete;
    seat& operator=(const seat&) = delete;
    ~seat()
    {
        if (taken_)
            room_.stand_up();
    }
    [[nodiscard]] bool taken() const noexcept { return taken_; }

private:
    waiting_room& room_;
    const bool taken_;
};

bool may_wait(const login_steps& steps)
{
    return std::any_of(steps.begin(), steps.end(), [](const auto& s) { return s->may_wait(); });
}

// For whoever calls a bind inside slapd and wants its result. Says at which step it ended, too.
std::pair<std::string, login::answer> wait_here(Operation& op, service& with, waiting_room& room,
                                                login::attempt who, login_steps steps)
{
    std::optional<seat> mine;
    if (may_wait(steps) && !mine.emplace(room).taken())
        return {"sql", {login::decision::busy, "too many workers wait for logins"}};
    const auto login = std::make_shared<blocked_bind>(op, std::move(who), std::move(steps));
    const stay<blocked_bind> here(login);
    if (login->run())
        return {login->last_step(), login->result()};
    const double longest = with.hash_timeout + with.push->timeout + grace_seconds;
    try {
        auto what = while_waiting(op, with, [&](const postgres::patience& limits) {
            return login->wait(in_seconds(longest), limits);
        });
        return {login->last_step(), std::move(what)};
    } catch (const server_pauses& e) {
        return {login->last_step(), {login::decision::unavailable, e.text}};
    }
}

int conclude(Operation& op, SlapReply& rs, const std::string& dn, const login::answer& what)
{
    if (what.what == login::decision::accepted) {
        const berval name = look_at(dn);
        ber_dupbv(&op.orb_edn, const_cast<berval*>(&name));
        return rs.sr_err = LDAP_SUCCESS; // slapd answers
    }
    send_ldap_error(&op, &rs, code_for(what), words_for(what));
    return code_for(what);
}

int bind(Operation& op, SlapReply& rs, service& with)
{
    const bind_report report(op, with);
    if (be_rootdn_bind(&op, nullptr) == LDAP_SUCCESS) {
        report.say(op, "rootpw", {login::decision::accepted, ""});
        return rs.sr_err = LDAP_SUCCESS;
    }
    std::string step = "row"; // how far it came
    try {
        // A lookup that was cut short lets overlays believe that there is no entry, and no policy.
        if (op.o_threadctx != nullptr && !may_idle(op) && pause_is_due())
            throw server_pauses{};
        const auto room = database_of(*op.o_bd).room();
        if (room == nullptr)
            throw unusable("the database is closed");
        std::shared_ptr<const bound> mapping;
        account whose = with_columns_as_they_are(with, rs, [&] {
            mapping = mapping_of(op, with);
            return find_account_to_bind(op, with, *mapping);
        });
        step = "sql";
        const std::string dn = whose.dn;
        login::attempt who{whose.name, std::string(view(op.o_req_ndn)), address_of(op)};
        auto steps = steps_for(op, with, *mapping, std::move(whose), *room);
        if (!deferred_bind::possible(op)) {
            const auto [last, what] = wait_here(op, with, *room, std::move(who), std::move(steps));
            report.conclude(op, last, what);
            return conclude(op, rs, dn, what);
        }
        if (may_wait(steps))
            room->push()->prepare(); // whoever gives the answer may not fail for want of a thread
        const auto login =
            std::make_shared<deferred_bind>(room, op, report, dn, std::move(who), std::move(steps));
        const stay<deferred_bind> here(login);
        if (!login->run())
            return rs.sr_err = SLAPD_ASYNCOP; // the operation is not ours any more
        report.conclude(op, login->last_step(), login->result());
        return conclude(op, rs, dn, login->result());
    } catch (const postgres::error& e) {
        const bool gone = e.why() == postgres::error::cause::abandoned;
        report.say(op, step,
                   {gone ? login::decision::gone : login::decision::unavailable, e.what()});
        throw;
    } catch (const std::exception& e) {
        report.say(op, step, {login::decision::unavailable, e.what()});
        throw;
    } catch (const cut_short& e) {
        report.say(op, step, {login::decision::unavailable, e.text});
        throw;
    }
}

} // namespace

extern "C" int pgsql_bind(Operation* op, SlapReply* rs) noexcept
{
    return answer_and_count(tally::bind, op, rs,
                            [&](service& with) { return bind(*op, *rs, with); });
}

// slapd calls this for every operation of every database that is abandoned, with c_mutex held.
extern "C" int pgsql_abandon(Operation* op, SlapReply*) noexcept
{
    if (op->o_bd->be_private != nullptr)
        if (const auto room = database_of(*op->o_bd).room())
            room->look_again();
    return LDAP_SUCCESS;
}

} // namespace pgsql::slapd
