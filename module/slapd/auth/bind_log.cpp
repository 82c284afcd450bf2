// bind_log.cpp: turns the end of a bind into a line of the log and a result code.
#include "slapd/auth/bind_log.hpp"

#include <algorithm>

namespace pgsql::slapd {

int code_for(const login::answer& what) noexcept
{
    switch (what.what) {
    case login::decision::accepted:
        return LDAP_SUCCESS;
    case login::decision::refused:
        return LDAP_INVALID_CREDENTIALS;
    case login::decision::busy:
        return LDAP_BUSY;
    case login::decision::unavailable:
    case login::decision::gone: // it is not sent, but overlays see it: no wrong password
        break;
    }
    return LDAP_UNAVAILABLE;
}

const char* words_for(const login::answer& what) noexcept
{
    switch (what.what) {
    case login::decision::unavailable:
        return "the login could not be checked; see the server's log";
    case login::decision::busy:
        return "too many logins are waiting";
    default:
        return nullptr;
    }
}

std::string one_line(std::string text)
{
    std::replace_if(
        text.begin(), text.end(), [](unsigned char c) { return c < ' ' || c == '"'; }, ' ');
    return text;
}

void bind_report::say(const Operation& op, std::string_view step, const login::answer& what) const
{
    const char* outcome = "refused";
    switch (what.what) {
    case login::decision::accepted:
        outcome = "accepted";
        break;
    case login::decision::refused:
        break;
    case login::decision::unavailable:
        outcome = "unavailable";
        break;
    case login::decision::busy:
        outcome = "busy";
        break;
    case login::decision::gone:
        outcome = "gone";
        break;
    }
    const std::string dn = one_line(dn_); // a client's DN, as it was sent
    const std::string reason = one_line(what.reason);
    const auto took =
        std::chrono::duration_cast<std::chrono::milliseconds>(clock::now() - began_).count();
    Debug(
        LDAP_DEBUG_STATS,
        "%s pgsql bind dn=\"%s\" client=%s suffix=\"%s\" step=%s outcome=%s reason=\"%s\" ms=%lld\n",
        op.o_log_prefix, dn.c_str(), client_.c_str(), suffix_.c_str(), std::string(step).c_str(),
        outcome, reason.c_str(), static_cast<long long>(took));
}

void bind_report::count(const login::answer& what) const noexcept
{
    const int code = what.what == login::decision::gone ? SLAPD_ABANDON : code_for(what);
    counted_->count(tally::bind, tally::outcome_of(tally::bind, code, 0), began_);
}

void bind_report::conclude(const Operation& op, std::string_view step,
                           const login::answer& what) const
{
    say(op, step, what);
    if (what.what != login::decision::unavailable && what.what != login::decision::busy)
        return;
    if (const auto with = with_.lock())
        with->complain("bind " + what.reason, std::string(step) + ": " + what.reason +
                                                  "; clients get result " +
                                                  std::to_string(code_for(what)));
}

} // namespace pgsql::slapd
