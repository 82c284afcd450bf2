// result.hpp: turns exceptions into LDAP results: nothing of C++ reaches slapd's C.
#pragma once

#include "slapd/serving/database.hpp"
#include "slapd/worker/pause.hpp"

#include <exception>

namespace pgsql::slapd {

/// What a client is told of a failure.
struct failure {
    int code = LDAP_OTHER;
    const char* text = nullptr; ///< a literal: slapd keeps the pointer
};

/// The answer that makes clients do the right thing: 52 sends SSSD to its next server, while 4, 10,
/// 11 and 32 would delete users from its cache and 49 would call a right password wrong.
[[nodiscard]] failure code_for(const postgres::error& e) noexcept;

/// What is done when the database is gone: its overlays took what the operation's callbacks need
/// with them, and the frontend is what is left to answer.
void detach_from_database(Operation& op) noexcept;

/// Must be called in a catch block: logs what was caught and says what to answer. `with` may be
/// null.
[[nodiscard]] failure report_exception(const Operation& op, service* service) noexcept;

/// Glue, sorting, lists made of searches and access rules by group go on without what they could
/// not get from us, and would tell the client that there is nothing more: an empty answer, made of
/// an error. After this the client's operation that `op` belongs to ends with `told` instead, if it
/// is a search or a compare.
void override_client_result(Operation& op, const failure& failure) noexcept;

/// Runs `work`, and once more if PostgreSQL refuses a statement before the client has got anything:
/// the tables may have changed since their columns were looked at. For what only reads.
template <typename Work>
auto retry_after_schema_change(service& service, const SlapReply& rs, Work work)
{
    try {
        return work();
    } catch (const postgres::error& e) {
        if (e.reason() != postgres::error::cause::statement || rs.sr_nentries > 0)
            throw;
        service.invalidate_mapping();
    }
    return work();
}

/// Runs `work`, which answers the client itself and returns the result code; answers for it when it
/// throws. Leaves in `with` what served, if anything did.
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

/// The same, for what is not counted here.
template <typename Work> int run_operation(Operation* op, SlapReply* rs, Work work) noexcept
{
    std::shared_ptr<service> service;
    return run_operation(op, rs, service, work);
}

/// The same, and counts it, unless it is answered later.
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
