// An attempt to connect tries the hosts of the URI in order, those set aside last.
#include "postgres/host_list.hpp"

#include <catch2/catch_test_macros.hpp>

using pgsql::postgres::host_list;

namespace {

std::string shown(const host_list& r)
{
    std::string out;
    for (const auto& host : r.candidates())
        out += (out.empty() ? "" : " ") + host.name + host.address + ":" + host.port + "/" +
               host.session_attrs;
    return out;
}

} // namespace

TEST_CASE("hosts are tried in the order of the URI, those that were set aside last", "[host_list]")
{
    host_list r("postgres://ldap@a,b:5433,c/manager", "");
    CHECK(r.size() == 3);
    CHECK(shown(r) == "a:5432/ b:5433/ c:5432/");
    const auto first = r.candidates().front();
    r.set_aside(first);
    CHECK(shown(r) == "b:5433/ c:5432/ a:5432/");
    r.mark_reachable(first);
    CHECK(shown(r) == "a:5432/ b:5433/ c:5432/");
    CHECK(shown(host_list("hostaddr=10.0.0.1,10.0.0.2 port=6000", "")) ==
          "10.0.0.1:6000/ 10.0.0.2:6000/");
}

TEST_CASE("target_session_attrs comes from the directive, else from the URI", "[host_list]")
{
    CHECK(shown(host_list("host=a,b target_session_attrs=read-write", "")) ==
          "a:5432/read-write b:5432/read-write");
    CHECK(shown(host_list("host=a,b target_session_attrs=read-write", "primary")) ==
          "a:5432/primary b:5432/primary");
    CHECK(shown(host_list("host=a,b", "prefer-standby")) ==
          "a:5432/standby b:5432/standby a:5432/any b:5432/any");
}

TEST_CASE("a single host, a socket and invalid lists are left to libpq", "[host_list]")
{
    for (const char* uri : {"", "postgres://a:5433/manager", "host=/run/postgresql", "host=a,",
                            "host=a,b port=1,2,3", "host=a,b hostaddr=10.0.0.1"}) {
        const host_list r(uri, "");
        CHECK(r.size() == 0);
        CHECK(shown(r) == ":/");
    }
    CHECK(shown(host_list("host=a", "standby")) == ":/standby");
    CHECK_THROWS_AS(host_list("host=a nonsense=b", ""), std::invalid_argument);
}
