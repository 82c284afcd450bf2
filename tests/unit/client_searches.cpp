// The searches are exactly those that clients send, and values in them are escaped.
#include "advisor/client_searches.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>

using namespace pgsql::directory;

namespace {

std::string filter_of(const sample& of, std::string_view client, std::string_view text)
{
    const auto all = client_searches(of);
    const auto at = std::find_if(all.begin(), all.end(), [&](const auto& s) {
        return s.client == client && s.description == text;
    });
    return at == all.end() ? "none" : at->filter;
}

} // namespace

TEST_CASE("the filters are those of SSSD, nslcd and Proxmox VE")
{
    const sample of{"ann", "2000", "uid=ann,dc=example,dc=com", "devs", "2002"};
    CHECK(filter_of(of, "SSSD", "a user by number") ==
          "(&(uidNumber=2000)(objectClass=posixAccount)(uid=*)(&(uidNumber=*)(!(uidNumber=0))))");
    CHECK(filter_of(of, "SSSD", "the groups of a user") ==
          "(&(memberUid=ann)(objectClass=posixGroup)(cn=*)(&(gidNumber=*)(!(gidNumber=0))))");
    CHECK(filter_of(of, "nslcd", "the groups of a user") ==
          "(&(objectClass=posixGroup)(|(memberUid=ann)(member=uid=ann,dc=example,dc=com)))");
    CHECK(filter_of(of, "nslcd", "a group by name") == "(&(objectClass=posixGroup)(cn=devs))");
    CHECK(filter_of(of, "Proxmox VE", "a login") == "(uid=ann)");
    CHECK(filter_of(of, "Proxmox VE", "all groups").starts_with("(|(objectclass=groupOfNames)"));
}

TEST_CASE("values are escaped in filters")
{
    CHECK(filter_of({.user = "a*(b)\\c"}, "Proxmox VE", "a login") == "(uid=a\\2a\\28b\\29\\5cc)");
}
