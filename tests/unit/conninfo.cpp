// The parts of one connection string override those of another.
#include "postgres/conninfo.hpp"

#include <catch2/catch_test_macros.hpp>

#include <stdexcept>

using pgsql::postgres::overridden;
using pgsql::postgres::user_of;

TEST_CASE("overriding the user removes the password")
{
    CHECK(overridden("postgres://ldap:secret@db/manager?sslmode=require", "user=postgres") ==
          "dbname='manager' host='db' sslmode='require' user='postgres'");
    CHECK(overridden("postgres://ldap:secret@db/manager", "postgres://a:b@/") ==
          "dbname='manager' host='db' password='b' user='a'");
}

TEST_CASE("overriding the host removes the port")
{
    CHECK(overridden("host=a,b port=1,2 dbname=m user=u password=p", "host=/run/postgresql") ==
          "dbname='m' host='/run/postgresql' password='p' user='u'");
    CHECK(overridden("dbname=m", R"(user='it\'s' application_name='a\\b')") ==
          R"(application_name='a\\b' dbname='m' user='it\'s')");
}

TEST_CASE("the role is that of the connection string")
{
    CHECK(user_of("postgres://l%20dap@db/manager") == "l dap");
    CHECK_FALSE(user_of("dbname=manager").empty());
    CHECK_THROWS_AS(user_of("postgres://["), std::invalid_argument);
}
