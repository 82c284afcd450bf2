// password_verifier.cpp: turns passwords and stored hashes into verdicts within what the directives
// allow.
#include "slapd/auth/password_verifier.hpp"

#include "slapd/auth/bind_log.hpp"

#include <algorithm>

namespace pgsql::slapd {

namespace {

// Some of slapd's modules (pw-apr1) read the password a thousand times.
constexpr ber_len_t longest_for_slapd = 4096;

// Schemes that slapd has and that are of no use here: why.
constexpr std::pair<std::string_view, const char*> useless[] = {
    {"{CLEARTEXT}", "a password in plain text"},
    {"{SASL}", "{SASL}, whose passwords are elsewhere"}, // it wants a SASL session of the worker
};

// lutil_passwd knows {SSHA} and whatever modules have added.
const char* why_hopeless_scheme(const std::string& hash)
{
    const auto end = hash.find('}');
    const login::secret scheme(
        std::string_view(hash).substr(0, end == std::string::npos ? hash.size() : end + 1));
    if (end == std::string::npos || lutil_passwd_scheme(scheme.reveal().c_str()) == 0)
        return "a {SCHEME} that this slapd does not know (is its module loaded?)";
    for (const auto& [name, why] : useless)
        if (strcasecmp(scheme.reveal().c_str(), name.data()) == 0)
            return why;
    return nullptr;
}

} // namespace

const char* why_hopeless(const service& with, const login::secret& stored)
{
    const auto known = login::settled(stored);
    if (known && known->what == login::verdict::slapds)
        return why_hopeless_scheme(stored.reveal());
    if (known)
        return known->reason;
    return login::expense_of(stored.reveal()).memory_kib > with.budget.memory_kib
               ? "a hash that takes more memory than pgsql-hash-memory allows"
               : nullptr;
}

std::optional<login::outcome> settled_by(Operation& op, const service& with,
                                         const login::secret& stored, const berval& password)
{
    if (const char* why = why_hopeless(with, stored))
        return login::outcome{login::verdict::refused, why};
    const auto known = login::settled(stored, password.bv_len);
    if (!known || known->what != login::verdict::slapds)
        return known;
    if (password.bv_len > longest_for_slapd)
        return login::outcome{login::verdict::mismatch, ""};
    const bool match = while_idle(op, [&] { // who knows how long a module takes
        const berval value = look_at(stored.reveal());
        const char* text = nullptr;
        return lutil_passwd(&value, &password, nullptr, &text) == 0;
    });
    return login::outcome{match ? login::verdict::match : login::verdict::mismatch, ""};
}

login::outcome run_here(Operation& op, const service& with, login::hash_gate& gate,
                        const login::hash_cost& cost,
                        const std::function<login::outcome(unsigned threads)>& what)
{
    if (!cost.is_expensive())
        return while_idle(op, [&] { return what(1); });
    login::outcome out;
    std::exception_ptr failure;
    const auto work = [&](unsigned threads) {
        try {
            out = what(threads);
        } catch (...) {
            failure = std::current_exception();
        }
    };
    // Those who wait in a worker must leave enough of them to searches.
    const auto most = static_cast<unsigned>(std::max(1, connection_pool_max / 4));
    using ending = login::hash_gate::ending;
    const ending how = while_waiting(op, with, [&](const postgres::patience& limits) {
        const postgres::wait_scope here(limits);
        limits.long_wait();
        const ending end = gate.run(address_of(op), cost, in_seconds(with.hash_timeout), most,
                                    limits.given_up, work);
        if (end == ending::abandoned)
            throw postgres::error(postgres::error::cause::abandoned, "the operation was abandoned");
        return end;
    });
    switch (how) {
    case ending::done:
        if (failure)
            std::rethrow_exception(failure);
        return out;
    case ending::full:
        return {login::verdict::busy, "too many workers wait for password checks"};
    case ending::late:
    case ending::abandoned:
        break;
    }
    return {login::verdict::busy, no_turn};
}

} // namespace pgsql::slapd
