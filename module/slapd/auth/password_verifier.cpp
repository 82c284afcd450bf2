// password_verifier.cpp: turns passwords and stored hashes into verdicts within what the directives
// allow.
#include "slapd/auth/password_verifier.hpp"

#include "slapd/auth/bind_log.hpp"

#include "auth/slapd_hash.hpp"

#include <algorithm>

namespace pgsql::slapd {

const char* why_hopeless(const service& with, const login::password_hash& hash)
{
    if (const char* why = hash.problem())
        return why;
    return hash.cost().memory_kib > with.budget.memory_kib
               ? "a hash that takes more memory than pgsql-hash-memory allows"
               : nullptr;
}

std::optional<login::outcome> precheck(const service& with, const login::password_hash& hash,
                                       std::size_t password_length)
{
    if (const char* why = why_hopeless(with, hash))
        return login::outcome{login::verdict::refused, why};
    return hash.precheck(password_length);
}

void use_slapd_schemes() noexcept
{
    login::use_slapd(
        {// which slapd has, or whatever modules have added
         [](const std::string& scheme) { return lutil_passwd_scheme(scheme.c_str()) != 0; },
         [](const std::string& stored, std::string_view password) {
             const berval value = look_at(stored);
             const berval phrase = look_at(password);
             const char* text = nullptr;
             return lutil_passwd(&value, &phrase, nullptr, &text) == 0;
         }});
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
