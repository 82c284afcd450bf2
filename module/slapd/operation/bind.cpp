// bind.cpp: serves simple binds: finds the row of the DN and runs its check chain.
#include "slapd/core/callbacks.hpp"
#include "slapd/serving/database.hpp"

#include "slapd/auth/account_recheck.hpp"
#include "slapd/auth/async_bind.hpp"
#include "slapd/auth/password_check.hpp"

#include <algorithm>

namespace pgsql::slapd {
namespace {

// How long a worker waits for the outcome beyond a prompt's timeout.
constexpr double grace_seconds = 5;

using login_steps = std::vector<std::unique_ptr<auth::login_check>>;

// The checks for this account. An invalid chain denies every login.
std::vector<std::string> chain_for(service& service, account& account)
{
    if (account.chain.empty() || !account.denial_reason.empty())
        return service.check_chain;
    std::string error;
    try {
        auto out = auth::parse_check_chain(account.chain);
        if (out.size() == 1 || !service.push->uri.empty())
            return out;
        error = "notification needs pgsql-push-uri";
    } catch (const std::invalid_argument& e) {
        error = e.what();
    }
    account.denial_reason = "invalid auth_backends value: " + error;
    service.log({log_event::check_chain_invalid, account.dn, account.denial_reason,
                 "the account cannot bind"});
    return {"sql"};
}

login_steps steps_for(Operation& op, service& service, const resolved_mapping& mapping,
                      account account, const async_binds& binds)
{
    const auto names = chain_for(service, account); // sql first, then perhaps notification
    login_steps out;
    out.push_back(std::make_unique<password_check>(op, service, mapping, binds.executor(),
                                                   std::move(account)));
    if (names.size() > 1)
        out.push_back(std::make_unique<auth::push_check>(binds.push(), service.push));
    return out;
}

// A pending check must not access an operation that has completed.
template <typename Login> class detach_on_exit {
public:
    explicit detach_on_exit(std::shared_ptr<Login> login) : login_(std::move(login)) {}
    detach_on_exit(const detach_on_exit&) = delete;
    detach_on_exit& operator=(const detach_on_exit&) = delete;
    ~detach_on_exit() { login_->detach(); }

private:
    const std::shared_ptr<Login> login_;
};

bool may_wait(const login_steps& steps)
{
    return std::any_of(steps.begin(), steps.end(), [](const auto& s) { return s->may_wait(); });
}

// For internal binds of slapd, whose caller needs the result at once. Also returns the last check.
std::pair<std::string, auth::check_result> wait_in_worker(Operation& op, service& service,
                                                          async_binds& binds,
                                                          auth::login_request request,
                                                          login_steps steps)
{
    const auto slot = may_wait(steps) ? binds.acquire_slot() : std::nullopt;
    if (may_wait(steps) && !slot)
        return {"sql", {auth::decision::busy, "too many workers wait for logins"}};
    const auto login = std::make_shared<blocking_bind>(op, std::move(request), std::move(steps));
    const detach_on_exit<blocking_bind> here(login);
    const auto confirmed =
        [&](auth::check_result result) -> std::pair<std::string, auth::check_result> {
        if (result.outcome == auth::decision::accepted && login->last_check() != "sql")
            result = recheck_account(op, login->request().credential);
        return {login->last_check(), std::move(result)};
    };
    if (login->run())
        return confirmed(login->result());
    const double longest = service.hash_timeout + service.push->timeout + grace_seconds;
    try {
        auto result = while_waiting(op, service, [&](const postgres::wait_options& options) {
            return login->wait(in_seconds(longest), options);
        });
        return confirmed(std::move(result));
    } catch (const server_pauses& e) {
        return {login->last_check(), {auth::decision::unavailable, e.text}};
    }
}

int conclude(Operation& op, SlapReply& rs, const std::string& dn, const auth::check_result& result)
{
    if (result.outcome == auth::decision::accepted) {
        const berval name = to_berval(dn);
        ber_dupbv(&op.orb_edn, const_cast<berval*>(&name));
        return rs.sr_err = LDAP_SUCCESS; // slapd sends the result
    }
    if (result.outcome == auth::decision::abandoned) {
        rs.sr_err = SLAPD_ABANDON;
        send_ldap_result(&op, &rs);
        return SLAPD_ABANDON;
    }
    send_ldap_error(&op, &rs, code_for(result), text_for(result));
    return code_for(result);
}

int bind(Operation& op, SlapReply& rs, service& service)
{
    const bind_log report(op, service);
    if (be_rootdn_bind(&op, nullptr) == LDAP_SUCCESS) {
        report.write(op, "rootpw", {auth::decision::accepted, ""});
        return rs.sr_err = LDAP_SUCCESS;
    }
    std::string step = "row"; // for the log
    try {
        // After an interrupted lookup overlays assume that the entry and its policy do not exist.
        if (op.o_threadctx != nullptr && !may_idle(op) && pause_is_due())
            throw server_pauses{};
        const auto binds = database_of(*op.o_bd).binds();
        if (binds == nullptr)
            throw config_error("the database is closed");
        std::shared_ptr<const resolved_mapping> mapping;
        account account = retry_after_schema_change(service, [&] {
            mapping = current_mapping(op, service);
            return find_account_to_bind(op, service, *mapping);
        });
        step = "sql";
        const std::string dn = account.dn;
        auth::login_request request{account.name, std::string(to_string_view(op.o_req_ndn)),
                                    address_of(op), credential_of(account)};
        auto steps = steps_for(op, service, *mapping, std::move(account), *binds);
        if (!async_bind::possible(op)) {
            const auto [last, what] =
                wait_in_worker(op, service, *binds, std::move(request), std::move(steps));
            report.conclude(op, last, what);
            return conclude(op, rs, dn, what);
        }
        if (may_wait(steps))
            binds->push()->ensure_started(); // completing the bind must not fail without a thread
        const auto login = std::make_shared<async_bind>(binds, op, report, dn, std::move(request),
                                                        std::move(steps));
        const detach_on_exit<async_bind> here(login);
        if (!login->run())
            return rs.sr_err = SLAPD_ASYNCOP; // the operation now belongs to async_bind
        report.conclude(op, login->last_check(), login->result());
        return conclude(op, rs, dn, login->result());
    } catch (const postgres::error& e) {
        const bool gone = e.reason() == postgres::error::cause::abandoned;
        report.write(op, step,
                     {gone ? auth::decision::abandoned : auth::decision::unavailable, e.what()});
        throw;
    } catch (const std::exception& e) {
        report.write(op, step, {auth::decision::unavailable, e.what()});
        throw;
    } catch (const cut_short& e) {
        report.write(op, step, {auth::decision::unavailable, e.text});
        throw;
    }
}

} // namespace

extern "C" int pgsql_bind(Operation* op, SlapReply* rs) noexcept
{
    return run_counted_operation(operation_stats::bind, op, rs,
                                 [&](service& service) { return bind(*op, *rs, service); });
}

// slapd calls this for every abandoned operation of every database, with c_mutex held.
extern "C" int pgsql_abandon(Operation* op, SlapReply*) noexcept
{
    if (op->o_bd->be_private != nullptr)
        if (const auto binds = database_of(*op->o_bd).binds())
            binds->check_abandoned();
    return LDAP_SUCCESS;
}

} // namespace pgsql::slapd
