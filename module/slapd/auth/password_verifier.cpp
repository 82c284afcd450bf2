// password_verifier.cpp: verifies passwords within the limits of the directives.
#include "slapd/auth/password_verifier.hpp"

#include "slapd/auth/bind_log.hpp"

#include "auth/slapd_hash.hpp"

#include <algorithm>

namespace pgsql::slapd {

const char* unverifiable_reason(const service& service, const auth::password_hash& hash)
{
    if (const char* reason = hash.problem())
        return reason;
    return hash.cost().memory_kib > service.budget.memory_kib
               ? "a hash that takes more memory than pgsql-hash-memory allows"
               : nullptr;
}

std::optional<auth::verification> precheck(const service& service, const auth::password_hash& hash,
                                           std::size_t password_length)
{
    if (const char* reason = unverifiable_reason(service, hash))
        return auth::verification{auth::verdict::refused, reason};
    return hash.precheck(password_length);
}

void use_slapd_schemes() noexcept
{
    auth::use_slapd(
        {// built into slapd or added by its modules
         [](const std::string& scheme) { return lutil_passwd_scheme(scheme.c_str()) != 0; },
         [](const std::string& stored, std::string_view password) {
             const berval value = to_berval(stored);
             const berval phrase = to_berval(password);
             const char* text = nullptr;
             return lutil_passwd(&value, &phrase, nullptr, &text) == 0;
         }});
}

auth::verification
run_in_worker(Operation& op, const service& service, auth::hash_executor& executor,
              const auth::hash_cost& cost,
              const std::function<auth::verification(unsigned threads)>& computation)
{
    if (!cost.is_expensive())
        return while_idle(op, [&] { return computation(1); });
    auth::verification out;
    std::exception_ptr failure;
    const auto work = [&](unsigned threads) {
        try {
            out = computation(threads);
        } catch (...) {
            failure = std::current_exception();
        }
    };
    // Checks that block a worker must leave enough workers for searches.
    const auto limit = static_cast<unsigned>(std::max(1, connection_pool_max / 4));
    using ending = auth::hash_executor::outcome;
    const ending end_state = while_waiting(op, service, [&](const postgres::wait_options& options) {
        const postgres::wait_scope here(options);
        options.on_long_wait();
        const ending end = executor.run(address_of(op), cost, in_seconds(service.hash_timeout),
                                        limit, options.cancelled, work);
        if (end == ending::abandoned)
            throw postgres::error(postgres::error::cause::abandoned, "the operation was abandoned");
        return end;
    });
    switch (end_state) {
    case ending::done:
        if (failure)
            std::rethrow_exception(failure);
        return out;
    case ending::full:
        return {auth::verdict::busy, "too many workers wait for password checks"};
    case ending::late:
    case ending::abandoned:
        break;
    }
    return {auth::verdict::busy, hash_timeout_message};
}

} // namespace pgsql::slapd
