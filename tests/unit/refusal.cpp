// libpq's message of a failed connection attempt tells whether a retry can succeed.
#include "postgres/refusal.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>

using namespace pgsql::postgres;

namespace {

struct example {
    const char* message; ///< after: connection to server ... failed:
    bool refused;
    const char* sqlstate;
    const char* text; ///< its end
};

connection_failure read(const std::string& message)
{
    return read_failure("connection to server at \"db\" (::1), port 5432 failed: " + message,
                        "d\"b", "web");
}

} // namespace

TEST_CASE("permanent refusals are distinguished from transient failures")
{
    const example examples[] = {
        {"FATAL:  28P01: password authentication failed for user \"web\"\n"
         "LOCATION:  auth_failed, auth.c:335\n",
         true, "28P01",
         "FATAL:  password authentication failed for user \"web\" HINT:  Check the user and the "
         "password in pgsql-uri."},
        {"FATAL:  42501: permission denied for database \"db\"\n"
         "DETAIL:  User does not have CONNECT privilege.\nLOCATION:  CheckMyDatabase, "
         "postinit.c:363\n",
         true, "42501", "HINT:  GRANT CONNECT ON DATABASE \"d\"\"b\" TO \"web\";"},
        // The server's language does not matter.
        {"ФАТАЛЬНО:  3D000: база данных \"db\" не существует\n", true, "3D000",
         "HINT:  Check the database in pgsql-uri."},
        {"FATAL:  0A000: unsupported frontend protocol\n", true, "0A000", "protocol"},
        {"FATAL:  57P03: the database system is starting up\n", false, "57P03", "starting up"},
        {"FATAL:  53300: sorry, too many clients already\n", false, "53300", "already"},
        {"FATAL:  57P01: terminating connection\n", false, "57P01", "connection"},
        {"FATAL:  08P01: pgbouncer cannot connect to server\n", false, "08P01", "to server"},
        {"FATAL:  08P01: no such database: db\n", true, "08P01", "in pgsql-uri."},
        {"FATAL:  53300: certificate file\n", false, "53300", "file"},
        {"could not fork new process for connection: Resource temporarily unavailable\n", false, "",
         "unavailable"},
        {"SSL error: certificate verify failed\n", true, "", "to sslrootcert in pgsql-uri."},
        {"SSL error: tlsv1 alert unknown ca\n", true, "", "the CA of sslcert."},
        {"SSL error: tlsv1 alert internal error\n", false, "", "error"},
        {"SSL error: unexpected eof while reading\n", false, "", "reading"},
        {"SSL SYSCALL error: EOF detected\n", false, "", "detected"},
        {"server does not support SSL, but SSL was required\n", true, "", "in pgsql-uri."},
        {"server certificate for \"a\" does not match host name \"b\"\n", true, "",
         "certificate in pgsql-uri."},
        {"fe_sendauth: no password supplied\n", true, "", "password file."},
        {"received invalid response to SSL negotiation: S\n", true, "", "port in pgsql-uri."},
        {"session is read-only\n", false, "", "read-only"},
        {"server closed the connection unexpectedly\n\tThis probably means the server terminated\n",
         false, "", "terminated"},
        {"Connection refused\n\tIs the server running on that host?\n", false, "", "host?"},
    };
    for (const example& e : examples) {
        INFO(e.message);
        const auto found = read(e.message);
        CHECK(found.refused == e.refused);
        CHECK(found.sqlstate == e.sqlstate);
        CHECK(found.text.ends_with(e.text));
        CHECK(found.text.starts_with("connection to server at \"db\" (::1), port 5432 failed: "));
        CHECK(std::none_of(found.text.begin(), found.text.end(), [](char c) { return c == '\n'; }));
    }
}

TEST_CASE("the failure of the last address decides")
{
    const std::string denied = "connection to server at \"db\" (::1), port 5432 failed: FATAL:  "
                               "28000: no pg_hba.conf entry\nLOCATION:  x, y:1\n";
    const std::string down = "connection to server at \"db\" (10.0.0.1), port 5432 failed: "
                             "Connection refused\n\tIs the server running?\n";
    const auto first = read_failure(denied + down, "db", "web");
    CHECK_FALSE(first.refused);
    CHECK(first.text.find("no pg_hba.conf entry connection to") != std::string::npos);
    const auto last = read_failure(down + denied, "db", "web");
    CHECK(last.refused);
    CHECK(last.sqlstate == "28000");
}

TEST_CASE("an invalid address is a refusal, a failed name lookup is not")
{
    CHECK(read_failure("invalid sslmode value: \"x\"\n", "db", "web").refused);
    CHECK(read_failure("definition of service \"x\" not found\n", "db", "web").refused);
    CHECK_FALSE(
        read_failure("could not translate host name \"db\" to address: Temporary failure in "
                     "name resolution\n",
                     "db", "web")
            .refused);
    CHECK_FALSE(read_failure("", "db", "web").refused);
}
