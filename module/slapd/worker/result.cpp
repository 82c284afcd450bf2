// result.cpp: maps exceptions to LDAP results, so that none reaches slapd's C code.
#include "slapd/worker/idle_worker.hpp"

#include <fmt/core.h>

namespace pgsql::slapd {

namespace {

log_event event_of(const postgres::error& e) noexcept
{
    using cause = postgres::error::cause;
    switch (e.reason()) {
    case cause::deadline:
        return log_event::database_timeout;
    case cause::busy:
        return log_event::pool_exhausted;
    case cause::statement:
        return log_event::query_refused;
    default:
        return log_event::database_unavailable;
    }
}

} // namespace

failure code_for(const postgres::error& e) noexcept
{
    using cause = postgres::error::cause;
    switch (e.reason()) {
    case cause::lost:
    case cause::rejected:
        return {LDAP_UNAVAILABLE, "the database is not available"};
    case cause::deadline:
        return {LDAP_UNAVAILABLE, "the database did not answer in time"};
    case cause::busy:
        return {LDAP_BUSY, "all database connections are in use"};
    case cause::abandoned:
        return {SLAPD_ABANDON, nullptr};
    case cause::statement:
        break;
    }
    return {LDAP_OTHER, "the database refused the query; see the server's log"};
}

void detach_from_database(Operation& op) noexcept
{
    op.o_bd = frontendDB;
    // The oldest callback of a client's bind belongs to the connection and frees itself.
    const bool keep = op.o_tag == LDAP_REQ_BIND && op.o_conn->c_conn_idx != -1;
    while (op.o_callback != nullptr && (op.o_callback->sc_next != nullptr || !keep))
        op.o_callback = op.o_callback->sc_next;
}

failure report_exception(const Operation& op, service* service) noexcept
{
    failure failure;
    try {
        log_event event = log_event::internal_error;
        std::string object;
        std::string fact;
        try {
            throw;
        } catch (const cut_short& e) {
            write_operation_log(op.o_log_prefix, {log_event::operation_interrupted, "", e.text});
            return {LDAP_UNAVAILABLE, e.text};
        } catch (const postgres::error& e) {
            failure = code_for(e);
            const auto end = client_deadline(op);
            const bool too_late = e.reason() == postgres::error::cause::deadline ||
                                  e.reason() == postgres::error::cause::busy;
            if (too_late && end && *end <= clock::now())
                return {LDAP_TIMELIMIT_EXCEEDED, nullptr}; // the client's limit, not the backend's
            event = event_of(e);
            if (!e.sqlstate().empty())
                object = fmt::format("SQLSTATE {}", e.sqlstate());
            fact = e.what();
            if (e.reason() == postgres::error::cause::statement && service != nullptr)
                service->invalidate_mapping(); // the tables may have changed
        } catch (const config_error& e) {
            failure = {LDAP_OTHER, "the database is misconfigured; see the server's log"};
            event = log_event::kind_unusable;
            object = e.what();
        } catch (const std::exception& e) {
            failure = {LDAP_OTHER, "internal error; see the server's log"};
            object = e.what();
        }
        if (failure.code == SLAPD_ABANDON)
            return failure;
        if (service != nullptr)
            service->log({event, object, fact, fmt::format("clients get result {}", failure.code)});
        else
            write_log({event, object, fact});
        write_operation_log(op.o_log_prefix, {event, object, fact});
    } catch (...) {
        write_log({log_event::internal_error, op.o_log_prefix, "unknown exception"});
    }
    return failure;
}

} // namespace pgsql::slapd
