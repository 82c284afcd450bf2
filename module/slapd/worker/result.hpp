// result.hpp: maps exceptions to LDAP results, so that none reaches slapd's C code.
#pragma once

#include "slapd/serving/database.hpp"
#include "slapd/worker/pause.hpp"

#include <exception>

namespace pgsql::slapd {

/// The result that a client gets for a failure.
struct failure {
    int code = LDAP_OTHER;
    const char* text = nullptr; ///< a literal: slapd keeps the pointer
};

/// The code to which clients react correctly: unavailable (52) sends SSSD to its next server, while
/// 4, 10, 11 and 32 would delete users from its cache and 49 would mean a wrong password.
[[nodiscard]] failure code_for(const postgres::error& e) noexcept;

/// Call when the database was removed: its overlays have freed the data of the operation's
/// callbacks, so only the frontend can send the result.
void detach_from_database(Operation& op) noexcept;

/// Must be called in a catch block: logs the exception and returns the result. `service` may be
/// null.
[[nodiscard]] failure report_exception(const Operation& op, service* service) noexcept;

/// Glue, sorting, dynamic lists and ACLs by group continue without the data that this backend could
/// not return, and would turn the error into an incomplete or empty result. After this call the
/// client's operation that `op` belongs to ends with `failure` instead, if it is a search or
/// compare.
void override_client_result(Operation& op, const failure& failure) noexcept;
/// The failure that will be the result of the client's operation, or null.
[[nodiscard]] const failure* pending_failure(const Operation& op) noexcept;

/// Runs `work`, and once more if PostgreSQL rejects a statement before the first entry is sent: the
/// tables may have changed since their columns were described. Only for operations that do not
/// write.
/// `sent`: the number of entries sent so far. (Overlays such as sssvlv keep them, so that slapd
/// does not count them.)
template <typename Work>
auto retry_after_schema_change(service& service, const int& sent, Work work)
{
    try {
        return work();
    } catch (const postgres::error& e) {
        if (e.reason() != postgres::error::cause::statement || sent > 0)
            throw;
        service.invalidate_mapping();
    }
    return work();
}

/// The same for operations that send no entries.
template <typename Work> auto retry_after_schema_change(service& service, Work work)
{
    return retry_after_schema_change(service, 0, std::move(work));
}

/// Runs `work`, which sends the result itself and returns its code; sends the result if it throws.
/// Sets `service` to the service in use, if any.
template <typename Work>
int run_operation(Operation* op, SlapReply* rs, std::shared_ptr<service>& service,
                  Work work) noexcept
{
    const entry_point here(entry_point::kind::request);
    try {
        service = database_of(*op->o_bd).serving(*op->o_bd);
        return work(*service);
    } catch (const database_removed& e) {
        detach_from_database(*op);
        send_ldap_error(op, rs, LDAP_UNAVAILABLE, e.text);
        return LDAP_UNAVAILABLE;
    } catch (...) {
        const failure failure = report_exception(*op, service.get());
        if (failure.code == SLAPD_ABANDON) {
            rs->sr_err = SLAPD_ABANDON;
            send_ldap_result(op, rs);
            return SLAPD_ABANDON;
        }
        override_client_result(*op, failure);
        send_ldap_error(op, rs, failure.code, failure.text);
        return failure.code;
    }
}

/// The same, for operations that are not counted here.
template <typename Work> int run_operation(Operation* op, SlapReply* rs, Work work) noexcept
{
    std::shared_ptr<service> service;
    return run_operation(op, rs, service, work);
}

/// The same, and counts the operation, unless it completes later.
template <typename Work>
int run_counted_operation(operation_stats::kind what, Operation* op, SlapReply* rs,
                          Work work) noexcept
{
    const auto started = clock::now();
    std::shared_ptr<service> service;
    const int code = run_operation(op, rs, service, work);
    if (service != nullptr && code != SLAPD_ASYNCOP)
        service->stats->count(what, operation_stats::outcome_of(what, code, rs->sr_nentries),
                              started);
    return code;
}

} // namespace pgsql::slapd
