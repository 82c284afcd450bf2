// bind_log.cpp: logs how a bind ended and maps its result to an LDAP code.
#include "slapd/auth/bind_log.hpp"

#include <fmt/core.h>

namespace pgsql::slapd {

int code_for(const auth::check_result& result) noexcept
{
    switch (result.outcome) {
    case auth::decision::accepted:
        return LDAP_SUCCESS;
    case auth::decision::refused:
        return LDAP_INVALID_CREDENTIALS;
    case auth::decision::busy:
        return LDAP_BUSY;
    case auth::decision::unavailable:
    case auth::decision::abandoned: // not sent, but seen by overlays: not a wrong password
        break;
    }
    return LDAP_UNAVAILABLE;
}

const char* text_for(const auth::check_result& result) noexcept
{
    switch (result.outcome) {
    case auth::decision::unavailable:
        return "the login could not be checked; see the server's log";
    case auth::decision::busy:
        return "too many logins are waiting";
    default:
        return nullptr;
    }
}

void bind_log::write(const Operation& op, std::string_view step,
                     const auth::check_result& result) const
{
    const char* outcome = "refused";
    switch (result.outcome) {
    case auth::decision::accepted:
        outcome = "accepted";
        break;
    case auth::decision::refused:
        break;
    case auth::decision::unavailable:
        outcome = "unavailable";
        break;
    case auth::decision::busy:
        outcome = "busy";
        break;
    case auth::decision::abandoned:
        outcome = "gone";
        break;
    }
    const std::string dn = one_line(dn_); // the DN as sent by the client
    const std::string reason = one_line(result.reason);
    const auto took =
        std::chrono::duration_cast<std::chrono::milliseconds>(clock::now() - started_).count();
    Debug(
        LDAP_DEBUG_STATS,
        "%s pgsql bind dn=\"%s\" client=%s suffix=\"%s\" step=%s outcome=%s reason=\"%s\" ms=%lld\n",
        op.o_log_prefix, dn.c_str(), client_.c_str(), suffix_.c_str(), std::string(step).c_str(),
        outcome, reason.c_str(), static_cast<long long>(took));
}

void bind_log::count(const auth::check_result& result) const noexcept
{
    const int code = result.outcome == auth::decision::abandoned ? SLAPD_ABANDON : code_for(result);
    stats_->count(operation_stats::bind,
                  operation_stats::outcome_of(operation_stats::bind, code, 0), started_);
}

void bind_log::conclude(const Operation& op, std::string_view step,
                        const auth::check_result& result) const
{
    write(op, step, result);
    const bool busy = result.outcome == auth::decision::busy;
    if (!busy && result.outcome != auth::decision::unavailable)
        return;
    if (const auto service = service_.lock())
        service->log({busy ? log_event::logins_busy : log_event::login_unavailable,
                      fmt::format("{}: {}", step, result.reason), "",
                      fmt::format("clients get result {}", code_for(result))});
}

} // namespace pgsql::slapd
