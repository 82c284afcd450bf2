// account_recheck.cpp: reads an account again once an approval has been awaited.
#include "slapd/auth/account_recheck.hpp"

#include "slapd/core/paging_cookie.hpp"
#include "slapd/serving/database.hpp"
#include "slapd/worker/result.hpp"

namespace pgsql::slapd {

using auth::decision;

std::string credential_of(const account& account)
{
    return account.hash != nullptr ? digest(account.hash->stored().reveal()) : "";
}

auth::check_result recheck_account(Operation& op, std::string_view credential) noexcept
{
    const entry_point here(entry_point::kind::request);
    try {
        const auto service = database_of(*op.o_bd).serving(*op.o_bd);
        const auto mapping = current_mapping(op, *service);
        const account now = find_account_to_bind(op, *service, *mapping);
        if (now.kind == nullptr || now.hidden || now.ambiguous)
            return {decision::refused, "the account was removed before the approval"};
        if (!now.denial_reason.empty())
            return {decision::refused, now.denial_reason};
        if (credential_of(now) != credential)
            return {decision::refused, "the password was changed before the approval"};
        return {decision::accepted, ""};
    } catch (const postgres::error& e) {
        const bool abandoned = e.reason() == postgres::error::cause::abandoned;
        return {abandoned ? decision::abandoned : decision::unavailable, e.what()};
    } catch (const database_removed& e) {
        detach_from_database(op);
        return {decision::unavailable, e.text};
    } catch (const cut_short& e) {
        return {decision::unavailable, e.text};
    } catch (const std::exception& e) {
        return {decision::unavailable, e.what()};
    }
}

} // namespace pgsql::slapd
