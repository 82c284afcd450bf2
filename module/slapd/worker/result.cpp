// result.cpp: maps exceptions to LDAP results, so that none reaches slapd's C code.
#include "slapd/worker/idle_worker.hpp"

namespace pgsql::slapd {

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
        std::string kind;
        std::string message;
        try {
            throw;
        } catch (const cut_short& e) {
            Debug(LDAP_DEBUG_STATS, "%s pgsql: %s\n", op.o_log_prefix, e.text);
            return {LDAP_UNAVAILABLE, e.text};
        } catch (const postgres::error& e) {
            failure = code_for(e);
            const auto end = client_deadline(op);
            const bool too_late = e.reason() == postgres::error::cause::deadline ||
                                  e.reason() == postgres::error::cause::busy;
            if (too_late && end && *end <= clock::now())
                return {LDAP_TIMELIMIT_EXCEEDED, nullptr}; // the client's limit, not the backend's
            message = e.what();
            if (!e.sqlstate().empty())
                message += " (SQLSTATE " + std::string(e.sqlstate()) + ")";
            kind = std::to_string(static_cast<int>(e.reason())) + std::string(e.sqlstate());
            if (e.reason() == postgres::error::cause::statement && service != nullptr)
                service->invalidate_mapping(); // the tables may have changed
        } catch (const config_error& e) {
            failure = {LDAP_OTHER, "the database is misconfigured; see the server's log"};
            kind = message = e.what();
        } catch (const std::exception& e) {
            failure = {LDAP_OTHER, "internal error; see the server's log"};
            kind = message = e.what();
        }
        if (failure.code == SLAPD_ABANDON)
            return failure;
        if (service != nullptr)
            service->warn_throttled(kind, message + "; clients get result " +
                                              std::to_string(failure.code));
        else
            Debug(LDAP_DEBUG_ANY, "pgsql: %s\n", message.c_str());
        Debug(LDAP_DEBUG_STATS, "%s pgsql: %s\n", op.o_log_prefix, message.c_str());
    } catch (...) {
        Debug(LDAP_DEBUG_ANY, "%s pgsql: unknown exception\n", op.o_log_prefix);
    }
    return failure;
}

} // namespace pgsql::slapd
