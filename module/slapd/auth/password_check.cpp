// password_check.cpp: the check of a chain that turns the password of a bind and the hash in its
// row into an answer.
#include "slapd/auth/password_check.hpp"

#include "slapd/auth/password_verifier.hpp"

#include "auth/verified_passwords.hpp"

namespace pgsql::slapd {

using login::decision;
using hash_ptr = std::shared_ptr<const login::password_hash>;

// It may outlive the operation, whose client may leave, so that it looks at nothing of it.
struct password_step::judgement {
    login::secret password;
    hash_ptr hash;     ///< of the row; null: it is judged already
    hash_ptr dummy;    ///< computed as well if the verdict took less; or null
    double usual = 0;  ///< milliseconds that it takes
    bool paid = false; ///< about as much was computed already
    std::string dn;
    std::string reason; ///< to refuse
    decision refusal = decision::refused;
    std::shared_ptr<login::remembered> memory;

    [[nodiscard]] login::hash_cost cost_of(const hash_ptr& one) const
    {
        return one != nullptr ? one->cost(password.reveal().size()) : login::hash_cost{};
    }

    [[nodiscard]] login::hash_cost cost() const
    {
        const login::hash_cost out = cost_of(hash);
        const login::hash_cost more = cost_of(dummy);
        return {std::max(out.milliseconds, more.milliseconds),
                std::max(out.memory_kib, more.memory_kib), std::max(out.threads, more.threads)};
    }

    [[nodiscard]] login::answer operator()(unsigned threads)
    {
        if (hash != nullptr) {
            const login::outcome outcome = hash->verify(password.reveal(), threads);
            switch (outcome.what) {
            case login::verdict::match:
                if (cost_of(hash).is_expensive())
                    memory->add(dn, hash->stored(), password.reveal());
                return {decision::accepted, ""};
            case login::verdict::busy:
                return {decision::busy, outcome.reason};
            case login::verdict::refused:
                reason = std::string("its password column holds ") + outcome.reason;
                break;
            case login::verdict::mismatch:
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

bool password_step::may_wait() const
{
    const auto is_expensive = [&](const hash_ptr& hash) {
        return hash != nullptr && hash->cost(op_.orb_cred.bv_len).is_expensive();
    };
    return is_expensive(mapping_.dummy) || is_expensive(whose_.hash);
}

std::shared_ptr<password_step::judgement> password_step::begin()
{
    auto out = std::make_shared<judgement>();
    const std::string_view password = view(op_.orb_cred);
    out->password = login::secret(password);
    out->dummy = mapping_.dummy;
    out->usual = out->cost_of(out->dummy).milliseconds;
    out->dn = view(op_.o_req_ndn);
    out->memory = with_.remembered;
    out->reason = whose_.barred.empty() ? "empty password" : whose_.barred;
    // That a password is wrong, or an account closed, is not known from what they were once.
    if (whose_.last_known)
        out->refusal = decision::unavailable;
    if (!whose_.barred.empty() || password.empty())
        return out;
    const auto known = precheck(with_, *whose_.hash, password.size());
    if (!known) {
        if (out->memory->knows(out->dn, whose_.hash->stored(), password))
            return nullptr;
        out->hash = std::move(whose_.hash);
        return out;
    }
    out->reason = "wrong password";
    if (known->what == login::verdict::refused) {
        out->reason = known->reason;
        with_.complain(std::string("password ") + known->reason,
                       std::string(view(op_.o_req_dn)) +
                           " cannot bind: its password column holds " + known->reason,
                       3600);
    }
    return out;
}

void password_step::ask(const login::attempt& who, std::shared_ptr<login::listener> to)
{
    const auto left = begin();
    if (left == nullptr)
        return to->hear({decision::accepted, ""});
    // The gate is there for as long as its threads are.
    const auto conclude = [to, gate = gate_.get(), client = who.client,
                           refusal = left->refusal](login::answer what) {
        if (what.what == refusal)
            gate->note_refusal(client);
        to->hear(std::move(what));
    };
    if (left->hash != nullptr && !left->cost_of(left->hash).is_expensive()) {
        // Who has a cheap hash does not wait behind those who have dear ones. Unless it fails.
        hash_ptr dummy = std::exchange(left->dummy, nullptr);
        auto answer = while_idle(op_, [&] { return (*left)(1); });
        if (answer.what != left->refusal || left->paid || dummy == nullptr)
            return conclude(std::move(answer));
        left->dummy = std::move(dummy);
    }
    const login::hash_cost cost = left->cost();
    if (!cost.is_expensive())
        return conclude(while_idle(op_, [&] { return (*left)(1); }));
    gate_->submit(
        who.client, cost, in_seconds(with_.hash_timeout),
        [left, to, conclude](unsigned threads) {
            if (to->gone())
                return to->hear({decision::gone, "the client has left"});
            login::answer what{decision::unavailable, "the check of the password failed"};
            try {
                what = (*left)(threads);
            } catch (const std::exception& e) {
                what.reason = e.what();
            }
            conclude(std::move(what));
        },
        [to] {
            to->hear({decision::busy, no_turn});
        });
}

} // namespace pgsql::slapd
