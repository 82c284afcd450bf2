// password_check.cpp: the check of a chain that turns the password of a bind and the hash in its
// row into an answer.
#include "slapd/auth/password_check.hpp"

#include "slapd/auth/password_verifier.hpp"

#include "auth/verified_passwords.hpp"

namespace pgsql::slapd {

using login::decision;

// It may outlive the operation, whose client may leave, so that it looks at nothing of it.
struct password_step::judgement {
    login::secret password;
    login::secret hash;  ///< of the row; empty: it is judged already
    login::secret decoy; ///< computed as well if the verdict was had for less; or empty
    double usual = 0;    ///< milliseconds that it takes
    bool paid = false;   ///< about as much was computed already
    std::string dn;
    std::string reason; ///< to refuse
    decision refusal = decision::refused;
    std::shared_ptr<login::remembered> memory;

    [[nodiscard]] login::hash_cost expense_of(const login::secret& stored) const
    {
        return login::expense_of(stored.reveal(), password.reveal().size());
    }

    [[nodiscard]] login::hash_cost cost() const
    {
        login::hash_cost out = expense_of(hash);
        const login::hash_cost more = expense_of(decoy);
        return {std::max(out.milliseconds, more.milliseconds),
                std::max(out.memory_kib, more.memory_kib), std::max(out.threads, more.threads)};
    }

    [[nodiscard]] login::answer operator()(unsigned threads)
    {
        if (!hash.empty()) {
            const login::outcome outcome = login::check(hash, password.reveal(), threads);
            switch (outcome.what) {
            case login::verdict::match:
                if (expense_of(hash).is_expensive())
                    memory->add(dn, hash, password.reveal());
                return {decision::accepted, ""};
            case login::verdict::busy:
                return {decision::busy, outcome.reason};
            case login::verdict::refused:
                reason = std::string("its password column holds ") + outcome.reason;
                break;
            default:
                reason = "wrong password";
                paid = expense_of(hash).milliseconds > usual / 2;
            }
            hash = {};
        }
        if (!paid && !decoy.empty())
            (void)login::check(decoy, password.reveal(), threads);
        return {refusal, reason};
    }
};

bool password_step::may_wait() const
{
    const auto is_expensive = [&](const std::string& hash) {
        return login::expense_of(hash, op_.orb_cred.bv_len).is_expensive();
    };
    return is_expensive(mapping_.decoy) || (whose_.hash && is_expensive(whose_.hash->reveal()));
}

std::shared_ptr<password_step::judgement> password_step::begin()
{
    auto out = std::make_shared<judgement>();
    const std::string_view password = view(op_.orb_cred);
    out->password = login::secret(password);
    out->decoy = login::secret(mapping_.decoy);
    out->usual = out->expense_of(out->decoy).milliseconds;
    out->dn = view(op_.o_req_ndn);
    out->memory = with_.remembered;
    out->reason = whose_.barred.empty() ? "empty password" : whose_.barred;
    // That a password is wrong, or an account closed, is not known from what they were once.
    if (whose_.last_known)
        out->refusal = decision::unavailable;
    if (!whose_.barred.empty() || password.empty())
        return out;
    const auto known = settled_by(op_, with_, *whose_.hash, op_.orb_cred);
    if (!known) {
        if (out->memory->knows(out->dn, *whose_.hash, password))
            return nullptr;
        out->hash = std::move(*whose_.hash);
        return out;
    }
    if (known->what == login::verdict::match)
        return nullptr;
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
    if (!left->hash.empty() && !left->expense_of(left->hash).is_expensive()) {
        // Who has a cheap hash does not wait behind those who have dear ones. Unless it fails.
        login::secret decoy = std::exchange(left->decoy, {});
        auto answer = while_idle(op_, [&] { return (*left)(1); });
        if (answer.what != left->refusal || left->paid || decoy.empty())
            return conclude(std::move(answer));
        left->decoy = std::move(decoy);
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
