// account.cpp: turns the DN of a bind into what its row says about logging in.
#include "account.hpp"

namespace pgsql::slapd {

account find_account(Operation& op, service& with, const bound& mapping)
{
    account out;
    out.barred = "no such user";
    bool ambiguous = false;
    const auto look = [&](candidate& c) {
        out.barred.clear();
        out.dn = view(c.entry.e_name);
        if (access_allowed(&op, &c.entry, slap_schema.si_ad_userPassword, nullptr, ACL_AUTH,
                           nullptr) == 0)
            out.barred = "access rules deny auth";
        const directory::kind& k = *c.from.of;
        for (std::size_t i = 0; i < c.from.columns.size(); ++i) {
            const auto value = c.page.at(c.row, static_cast<int>(i));
            const std::string& name = c.from.columns[i]->name;
            if (!value)
                continue;
            if (name == k.rdn().column)
                out.name = *value;
            if (name == k.chain_column)
                out.chain = *value;
            if (name == k.password_column) {
                out.hash.emplace(*value);
                c.page.wipe(c.row, static_cast<int>(i));
            }
        }
        return true;
    };
    visit_entry(op, with, mapping, op.o_req_ndn, directory::filter::of(directory::truth::yes),
                directory::wanted{.everything = true, .password = true}, look, &ambiguous);
    if (ambiguous)
        out.barred = "more than one row has this name";
    if (out.barred.empty() && !out.hash)
        out.barred = "no password";
    return out;
}

} // namespace pgsql::slapd
