// password_step.cpp: the check of a chain that turns the password of a bind and the hash in its row
// into an answer.
#include "password_step.hpp"

#include "../login/password.hpp"

namespace pgsql::slapd {
namespace {

// lutil_passwd knows {SSHA}, {PBKDF2} and whatever modules have added.
login::outcome check_by_slapd(const login::secret& stored, const berval& password)
{
    const std::string& hash = stored.reveal();
    const auto end = hash.find('}');
    const login::secret scheme(
        std::string_view(hash).substr(0, end == std::string::npos ? hash.size() : end + 1));
    if (end == std::string::npos || lutil_passwd_scheme(scheme.reveal().c_str()) == 0)
        return {login::verdict::refused,
                "a {SCHEME} that this slapd does not know (is its module loaded?)"};
    const berval value = look_at(hash);
    const char* text = nullptr;
    const bool match = lutil_passwd(&value, &password, nullptr, &text) == 0;
    return {match ? login::verdict::match : login::verdict::mismatch, ""};
}

} // namespace

login::answer password_step::check()
{
    using login::decision;
    const std::string_view password = view(op_.orb_cred);
    login::outcome outcome{login::verdict::refused, "empty password"};
    if (whose_.barred.empty() && !password.empty()) {
        outcome = while_idle(op_, [&] { return login::check(*whose_.hash, password); });
        if (outcome.what == login::verdict::slapds)
            outcome = check_by_slapd(*whose_.hash, op_.orb_cred);
        if (outcome.what == login::verdict::match)
            return {decision::accepted, ""};
        if (outcome.what == login::verdict::mismatch)
            return {decision::refused, "wrong password"};
        with_.complain(std::string("password ") + outcome.reason,
                       std::string(view(op_.o_req_dn)) +
                           " cannot bind: its password column holds " + outcome.reason,
                       3600);
    }
    (void)while_idle(op_, [&] { return login::check(login::secret(mapping_.decoy), password); });
    return {decision::refused, whose_.barred.empty() ? outcome.reason : whose_.barred};
}

void password_step::ask(const login::attempt&, std::shared_ptr<login::listener> to)
{
    to->hear(check());
}

} // namespace pgsql::slapd
