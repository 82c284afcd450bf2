// Which hosts an attempt to connect tries, and in which order.
#include "postgres/host_list.hpp"

#include <catch2/catch_test_macros.hpp>

using pgsql::postgres::route;

namespace {

std::string shown(const route& r)
{
    std::string out;
    for (const auto& at : r.stops())
        out += (out.empty() ? "" : " ") + at.name + at.address + ":" + at.port + "/" + at.session;
    return out;
}

} // namespace

TEST_CASE("hosts are tried in the order of the URI, those that were set aside last", "[route]")
{
    route r("postgres://ldap@a,b:5433,c/manager", "");
    CHECK(r.hosts() == 3);
    CHECK(shown(r) == "a:5432/ b:5433/ c:5432/");
    const auto first = r.stops().front();
    r.set_aside(first);
    CHECK(shown(r) == "b:5433/ c:5432/ a:5432/");
    r.answered(first);
    CHECK(shown(r) == "a:5432/ b:5433/ c:5432/");
    CHECK(shown(route("hostaddr=10.0.0.1,10.0.0.2 port=6000", "")) ==
          "10.0.0.1:6000/ 10.0.0.2:6000/");
}

TEST_CASE("what kind of server is wanted comes from the directive, else from the URI", "[route]")
{
    CHECK(shown(route("host=a,b target_session_attrs=read-write", "")) ==
          "a:5432/read-write b:5432/read-write");
    CHECK(shown(route("host=a,b target_session_attrs=read-write", "primary")) ==
          "a:5432/primary b:5432/primary");
    CHECK(shown(route("host=a,b", "prefer-standby")) ==
          "a:5432/standby b:5432/standby a:5432/any b:5432/any");
}

TEST_CASE("one host, a socket, and what libpq would refuse are left to libpq", "[route]")
{
    for (const char* uri : {"", "postgres://a:5433/manager", "host=/run/postgresql", "host=a,",
                            "host=a,b port=1,2,3", "host=a,b hostaddr=10.0.0.1"}) {
        const route r(uri, "");
        CHECK(r.hosts() == 0);
        CHECK(shown(r) == ":/");
    }
    CHECK(shown(route("host=a", "standby")) == ":/standby");
    CHECK_THROWS_AS(route("host=a nonsense=b", ""), std::invalid_argument);
}
