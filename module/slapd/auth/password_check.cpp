// password_check.cpp: checks the password of a bind against the hash in its row.
#include "slapd/auth/password_check.hpp"

#include "slapd/auth/password_verifier.hpp"

#include "auth/verified_passwords.hpp"

#include <fmt/core.h>

#include <algorithm>

namespace pgsql::slapd {

using auth::decision;
using hash_ptr = std::shared_ptr<const auth::password_hash>;

// It may outlive the operation, so it does not refer to it.
struct password_check::verification_job {
    auth::secret password;
    hash_ptr hash;     ///< of the row; null: the verdict is known
    hash_ptr dummy;    ///< also computed if the verdict took less time; may be null
    double usual = 0;  ///< cost of the dummy hash in milliseconds
    bool paid = false; ///< a comparable cost has already been computed
    std::string dn;
    std::string reason; ///< of a refusal
    decision refusal = decision::refused;
    std::shared_ptr<auth::verified_passwords> memory;

    [[nodiscard]] auth::hash_cost cost_of(const hash_ptr& one) const
    {
        return one != nullptr ? one->cost(password.reveal().size()) : auth::hash_cost{};
    }

    [[nodiscard]] auth::hash_cost cost() const
    {
        const auth::hash_cost out = cost_of(hash);
        const auth::hash_cost more = cost_of(dummy);
        return {std::max(out.milliseconds, more.milliseconds),
                std::max(out.memory_kib, more.memory_kib), std::max(out.threads, more.threads)};
    }

    [[nodiscard]] auth::check_result operator()(unsigned threads)
    {
        if (hash != nullptr) {
            const auth::verification outcome = hash->verify(password.reveal(), threads);
            switch (outcome.result) {
            case auth::verdict::match:
                if (cost_of(hash).is_expensive())
                    memory->add(dn, hash->stored(), password.reveal());
                return {decision::accepted, ""};
            case auth::verdict::busy:
                return {decision::busy, outcome.reason};
            case auth::verdict::refused:
                reason = std::string("its password column holds ") + outcome.reason;
                break;
            case auth::verdict::mismatch:
                reason = "wrong password";
                paid = cost_of(hash).milliseconds > usual / 2;
            }
            hash = nullptr;
        }
        if (!paid && dummy != nullptr)
            (void)dummy->verify(password.reveal(), threads);
        return {refusal, reason};
    }
};

password_check::password_check(Operation& op, service& service, const resolved_mapping& mapping,
                               std::shared_ptr<auth::hash_executor> executor, account account)
    : op_(op), service_(service), mapping_(mapping), executor_(std::move(executor)),
      account_(std::move(account))
{
    const auto limit = static_cast<unsigned>(std::max(1, connection_pool_max / 4));
    if (!is_expensive(mapping_.dummy) || (account_.hash != nullptr && !is_expensive(account_.hash)))
        if (auto slot = executor_->acquire_inline(limit))
            inline_.emplace(std::move(*slot));
}

bool password_check::is_expensive(const hash_ptr& hash) const
{
    return hash != nullptr && hash->cost(op_.orb_cred.bv_len).is_expensive();
}

bool password_check::may_wait() const
{
    return !inline_ || is_expensive(mapping_.dummy) || is_expensive(account_.hash);
}

std::shared_ptr<password_check::verification_job> password_check::begin()
{
    auto out = std::make_shared<verification_job>();
    const std::string_view password = to_string_view(op_.orb_cred);
    out->password = auth::secret(password);
    out->dummy = mapping_.dummy;
    out->usual = out->cost_of(out->dummy).milliseconds;
    out->dn = to_string_view(op_.o_req_ndn);
    out->memory = service_.verified_passwords;
    out->reason = account_.denial_reason.empty() ? "empty password" : account_.denial_reason;
    // Cached data cannot prove that a password is wrong or an account is locked.
    if (account_.from_stale)
        out->refusal = decision::unavailable;
    if (!account_.denial_reason.empty() || password.empty())
        return out;
    const auto known = precheck(service_, *account_.hash, password.size());
    if (!known) {
        if (out->memory->contains(out->dn, account_.hash->stored(), password))
            return nullptr;
        service_.stats->checked_hashes.add(static_cast<std::size_t>(account_.hash->family()));
        out->hash = std::move(account_.hash);
        return out;
    }
    out->reason = "wrong password";
    if (known->result == auth::verdict::refused) {
        out->reason = known->reason;
        service_.log({log_event::hash_unusable,
                      fmt::format("the password column holds {}", known->reason), "",
                      fmt::format("{} cannot bind", to_string_view(op_.o_req_dn))});
    }
    return out;
}

void password_check::start(const auth::login_request& request,
                           std::shared_ptr<auth::completion_handler> handler)
{
    const auto job = begin();
    if (job == nullptr)
        return handler->complete({decision::accepted, ""});
    // The executor outlives its threads.
    const auto conclude = [handler, executor = executor_.get(), client = request.client,
                           refusal = job->refusal](auth::check_result result) {
        if (result.outcome == refusal)
            executor->note_refusal(client);
        handler->complete(std::move(result));
    };
    if (inline_ && job->hash != nullptr && !job->cost_of(job->hash).is_expensive()) {
        // A cheap hash does not wait for expensive ones, unless the check fails.
        hash_ptr dummy = std::exchange(job->dummy, nullptr);
        auto answer = while_idle(op_, [&] { return (*job)(1); });
        if (answer.outcome != job->refusal || job->paid || dummy == nullptr)
            return conclude(std::move(answer));
        job->dummy = std::move(dummy);
    }
    const auth::hash_cost cost = job->cost();
    if (inline_ && !cost.is_expensive())
        return conclude(while_idle(op_, [&] { return (*job)(1); }));
    inline_.reset();
    executor_->submit(
        request.client, cost, in_seconds(service_.hash_timeout),
        [job, handler, conclude](unsigned threads) {
            if (handler->abandoned())
                return handler->complete({decision::abandoned, "the operation was abandoned"});
            auth::check_result result{decision::unavailable, "the check of the password failed"};
            try {
                result = (*job)(threads);
            } catch (const std::exception& e) {
                result.reason = e.what();
            }
            conclude(std::move(result));
        },
        [handler] {
            handler->complete({decision::busy, hash_timeout_message});
        });
}

} // namespace pgsql::slapd
