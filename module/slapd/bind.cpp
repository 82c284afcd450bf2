// bind.cpp: answers a simple bind: the row of the DN, its hash, a verdict.
#include "operations.hpp"

#include "candidates.hpp"

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

struct found_account {
    bool exists = false;
    bool ambiguous = false;
    bool may_authenticate = false; ///< by the ACLs
    std::string dn;
    std::optional<login::secret> hash;
    std::string chain; ///< the row's own list of checks, if any
};

found_account find_account(Operation& op, service& with, const bound& mapping)
{
    found_account out;
    visit_entry(
        op, with, mapping, op.o_req_ndn, directory::filter::of(directory::truth::yes),
        directory::wanted{.everything = true, .password = true},
        [&](candidate& c) {
            out.exists = true;
            out.dn = view(c.entry.e_name);
            out.may_authenticate = access_allowed(&op, &c.entry, slap_schema.si_ad_userPassword,
                                                  nullptr, ACL_AUTH, nullptr) != 0;
            for (std::size_t i = 0; i < c.from.columns.size(); ++i) {
                const auto value = c.page.at(c.row, static_cast<int>(i));
                const std::string& name = c.from.columns[i]->name;
                if (!value)
                    continue;
                if (name == c.from.of->password_column) {
                    out.hash.emplace(*value);
                    c.page.wipe(c.row, static_cast<int>(i));
                } else if (name == c.from.of->chain_column) {
                    out.chain = *value;
                }
            }
            return true;
        },
        &out.ambiguous);
    return out;
}

int bind(Operation& op, SlapReply& rs, service& with)
{
    if (be_rootdn_bind(&op, nullptr) == LDAP_SUCCESS)
        return rs.sr_err = LDAP_SUCCESS; // slapd answers

    const std::string_view password = view(op.orb_cred);
    const auto mapping = mapping_of(op, with);
    const found_account account = find_account(op, with, *mapping);
    login::outcome outcome;
    const char* reason = "wrong password";
    bool paid = false; // the time of a check
    if (!account.exists)
        reason = "no such user";
    else if (account.ambiguous)
        reason = "more than one row has this name";
    else if (!account.may_authenticate)
        reason = "access rules deny auth";
    else if (!account.chain.empty() && account.chain != "sql")
        reason = "its auth_backends demands more than sql, which is all there is here";
    else if (!account.hash)
        reason = "no password";
    else if (password.empty())
        reason = "empty password";
    else {
        outcome = while_idle(op, [&] { return login::check(*account.hash, password); });
        if (outcome.what == login::verdict::slapds)
            outcome = check_by_slapd(*account.hash, op.orb_cred);
        paid = outcome.what != login::verdict::refused;
        if (!paid) {
            reason = outcome.reason;
            with.complain(std::string("password ") + outcome.reason,
                          std::string(view(op.o_req_dn)) +
                              " cannot bind: its password column holds " + outcome.reason,
                          3600);
        }
        if (outcome.what == login::verdict::match) {
            Debug(LDAP_DEBUG_STATS, "%s pgsql: bind of \"%s\" accepted\n", op.o_log_prefix,
                  op.o_req_dn.bv_val);
            const berval dn = look_at(account.dn);
            ber_dupbv(&op.orb_edn, const_cast<berval*>(&dn));
            return rs.sr_err = LDAP_SUCCESS;
        }
    }
    // Whoever asks must not learn from the time it takes whether the name exists.
    if (!paid)
        (void)while_idle(op, [&] { return login::check(login::secret(mapping->decoy), password); });
    Debug(LDAP_DEBUG_STATS, "%s pgsql: bind of \"%s\" refused: %s\n", op.o_log_prefix,
          op.o_req_dn.bv_val, reason);
    rs.sr_err = LDAP_INVALID_CREDENTIALS;
    send_ldap_result(&op, &rs);
    return LDAP_INVALID_CREDENTIALS;
}

} // namespace

extern "C" int pgsql_bind(Operation* op, SlapReply* rs) noexcept
{
    return answer(op, rs, [&](service& with) { return bind(*op, *rs, with); });
}

} // namespace pgsql::slapd
