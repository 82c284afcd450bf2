// new_hash.cpp: verifies an old password and makes the hash of a new one.
#include "slapd/auth/new_hash.hpp"

#include "slapd/auth/async_bind.hpp"
#include "slapd/core/client_address.hpp"
#include "slapd/serving/database.hpp"
#include "slapd/worker/refused.hpp"

namespace pgsql::slapd {
namespace {

std::shared_ptr<async_binds> binds_of(const Operation& op)
{
    auto out = database_of(*op.o_bd).binds();
    if (out == nullptr)
        throw config_error("the database is closed");
    return out;
}

} // namespace

auth::verification verify_old_password(Operation& op, service& service,
                                       const auth::password_hash* hash, const berval& password)
{
    if (hash == nullptr)
        return {auth::verdict::refused, "there is no old password"};
    if (const auto known = precheck(service, *hash, password.bv_len))
        return *known;
    const auto binds = binds_of(op);
    return run_in_worker(
        op, service, *binds->executor(), hash->cost(password.bv_len),
        [&](unsigned threads) { return hash->verify(to_string_view(password), threads); });
}

void erase_hash(std::string& message, const std::string* hash)
{
    for (std::size_t at = 0;
         hash != nullptr && !hash->empty() && (at = message.find(*hash)) != std::string::npos;)
        message.erase(at, hash->size());
}

void note_wrong_password(Operation& op) { binds_of(op)->executor()->note_refusal(address_of(op)); }

auth::secret hash_new_password(Operation& op, service& service, const berval& password)
{
    const std::string_view text = to_string_view(password);
    if (const char* const problem = service.new_hashes.problem(text))
        throw operation_refused(LDAP_CONSTRAINT_VIOLATION, std::string("userPassword: ") + problem);
    const auto make = [&](unsigned threads) {
        return service.new_hashes.make(text, service.pepper.get(), threads);
    };
    if (!in_server())
        return make(1);
    const auto binds = binds_of(op);
    auth::secret out;
    const auto outcome = run_in_worker(op, service, *binds->executor(), service.new_hashes.cost(),
                                       [&](unsigned threads) {
                                           out = make(threads);
                                           return auth::verification{auth::verdict::match, ""};
                                       });
    if (outcome.result == auth::verdict::busy)
        throw operation_refused(LDAP_BUSY, outcome.reason);
    return out;
}

} // namespace pgsql::slapd
