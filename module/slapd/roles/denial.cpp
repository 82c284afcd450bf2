// denial.cpp: explains why the roles of a client do not permit an operation.
#include "slapd/roles/entry_rights.hpp"

#include <fmt/core.h>

#include <algorithm>

namespace pgsql::slapd {
namespace {

constexpr std::size_t most_shown = 5; // roles

} // namespace

std::string entry_rights::what_is_missing(Entry& e, const std::string& attribute)
{
    const auto action = [&]() -> const char* {
        switch (op_.o_tag) {
        case LDAP_REQ_ADD:
            return "add";
        case LDAP_REQ_DELETE:
            return "delete";
        case LDAP_REQ_MODRDN:
            return moves() ? "move" : "rename";
        default:
            return attribute == "userPassword" ? "password" : "modify";
        }
    };
    Entry target{};
    target.e_nname = op_.o_req_ndn;
    const directory::kind* const kind = op_.o_tag == LDAP_REQ_ADD ? kind_of(*op_.ora_e)
                                        : dn_match(&e.e_nname, &op_.o_req_ndn) != 0
                                            ? kind_of(e)
                                            : kind_of(target);
    std::string roles;
    const auto& all = roles_.all();
    for (std::size_t i = 0; i < std::min(all.size(), most_shown); ++i)
        roles += fmt::format("{}{} at {}", i == 0 ? "" : "; ", all[i].role, all[i].top);
    if (all.size() > most_shown)
        roles += fmt::format("; {} more", all.size() - most_shown);
    target_roles targets(op_, service_);
    std::string of_target;
    if (writes() && op_.o_tag != LDAP_REQ_ADD && !roles_.is_own(to_string_view(e.e_nname)))
        for (const assignment& one : targets.of(to_string_view(e.e_nname)))
            if (!targets.covers({one}))
                of_target +=
                    fmt::format("; the entry has the role {} at {}, which permits what the "
                                "client's roles do not",
                                one.role, one.top);
    return fmt::format("no role permits \"{}\"{} on {} at \"{}\"; the client has {}{}", action(),
                       attribute.empty() || attribute == "userPassword" ? "" : " of " + attribute,
                       kind != nullptr ? kind->name : "entries", to_string_view(e.e_nname),
                       roles.empty() ? "no role" : roles, of_target);
}

} // namespace pgsql::slapd
